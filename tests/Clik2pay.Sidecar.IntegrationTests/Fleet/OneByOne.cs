namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Fleets and loads need most of the machine, so a test process runs them one after another, after all other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneByOne
{
    public const string Name = "One by one";

    /// <summary>
    /// The name of a trait. Tests with the value "long" spend most of their time waiting. tests/run.sh runs them in a process of their own,
    /// beside the others.
    /// </summary>
    public const string Waiting = "Waiting";
}

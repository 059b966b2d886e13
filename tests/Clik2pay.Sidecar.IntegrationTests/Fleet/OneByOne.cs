namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Fleets and loads need much of the machine, so in a process they run one after another, after all other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneByOne
{
    public const string Name = "One by one";

    /// <summary>
    /// The name of a trait. Tests with the value "long" wait most of their time. tests/run.sh runs them in a process of their own,
    /// beside the others.
    /// </summary>
    public const string Waiting = "Waiting";
}

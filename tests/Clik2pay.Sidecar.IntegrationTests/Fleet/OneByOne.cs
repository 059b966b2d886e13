namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Fleets take the whole machine: one after the other, when all else is done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneByOne
{
    public const string Name = "One by one";
}

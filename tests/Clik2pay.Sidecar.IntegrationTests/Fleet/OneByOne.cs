namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Fleets and loads take the whole machine, so they run one after the other, after all other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneByOne
{
    public const string Name = "One by one";
}

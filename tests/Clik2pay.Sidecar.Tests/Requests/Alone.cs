namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Tests that listen to the whole process, and would disturb others by that.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}

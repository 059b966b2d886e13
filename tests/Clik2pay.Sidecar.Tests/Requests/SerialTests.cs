namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Tests that observe the whole process and therefore must not run at the same time as other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialTests
{
    public const string Name = "SerialTests";
}

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The number of runs of tests that repeat random runs. The environment variable TEST_LONG=1 selects the larger number.</summary>
internal static class LongTests
{
    public static int Repeats(int many, int few) => Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? many : few;
}

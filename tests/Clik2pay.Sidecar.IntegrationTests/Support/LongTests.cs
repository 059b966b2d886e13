namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>Tests that repeat random runs make few of them, and many with TEST_LONG=1.</summary>
internal static class LongTests
{
    public static int Repeats(int many, int few) => Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? many : few;
}

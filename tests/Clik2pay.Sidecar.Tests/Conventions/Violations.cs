namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>What breaks a convention.</summary>
internal static class Violations
{
    /// <summary>Fails with every violation. xunit would show only the beginning of the first ones.</summary>
    public static void AssertNone(IEnumerable<string> violations)
    {
        var all = violations.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}

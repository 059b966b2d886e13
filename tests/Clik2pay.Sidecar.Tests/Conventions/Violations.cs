namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>Reports code that violates a convention.</summary>
internal static class Violations
{
    /// <summary>Fails with a list of all violations. <c>Assert.Empty</c> would shorten the list and its entries.</summary>
    public static void AssertNone(IEnumerable<string> violations)
    {
        var all = violations.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}

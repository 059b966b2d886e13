using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Schema;

/// <summary>The tables of route settings in docs/reference/configuration.md match the decisions about each setting of YARP.</summary>
public sealed class RouteReferenceTests
{
    private static readonly List<SettingDecision> Accepted =
        [.. SettingDecisions.All.Where(decision => decision.Test is not null || decision.AcceptedValue is not null)];

    [Fact]
    public void The_table_of_accepted_settings_has_each_setting_that_works_and_nothing_else() => AssertTable("Accepted settings", Accepted);

    [Fact]
    public void The_table_of_refused_settings_has_each_refused_setting_and_nothing_else() =>
        AssertTable("Refused settings", [.. SettingDecisions.All.Except(Accepted)]);

    /// <summary>A row covers the settings below its own. A setting of a list, for example, has the key of the list.</summary>
    private static void AssertTable(string heading, List<SettingDecision> decisions)
    {
        var rows = new ReferencePage("configuration.md").RowsOf(heading, 1)
            .Select(cell => cell.Trim('`').Replace("NAME", "*", StringComparison.Ordinal)).ToList();

        Assert.All(decisions, decision => Assert.Single(rows, row => Covers(row, decision)));
        Assert.All(rows, row => Assert.Contains(decisions, decision => Covers(row, decision)));
        Assert.DoesNotContain(SettingDecisions.All.Except(decisions), decision => rows.Exists(row => Covers(row, decision)));
    }

    private static bool Covers(string row, SettingDecision decision) =>
        decision.Key == row || decision.Key.StartsWith(row + ":", StringComparison.Ordinal);
}

using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Configuration;

/// <summary>The attributes of the options, and the tables of settings in docs/reference/configuration.md and README.md.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly IReadOnlyList<SettingAttribute> All = [.. Settings.All.Select(setting => setting.Setting)];

    private static readonly Dictionary<string, Row> Rows = ReadRows(new ReferencePage("configuration.md").Text);

    public static TheoryData<string> Keys => [.. All.Select(setting => setting.Key)];

    [Fact]
    public void The_tables_have_a_row_for_each_setting_and_for_nothing_else() =>
        Assert.Equal(All.Select(setting => setting.Key).Order(StringComparer.Ordinal), Rows.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Keys))]
    public void The_tables_have_the_default_and_the_range_of_a_setting(string key)
    {
        var (setting, row) = (All.Single(setting => setting.Key == key), Rows[key]);

        if (setting.Default is { } text)
            Assert.Equal($"`{text}`", row.Default);
        else
            Assert.DoesNotMatch("^`[^`]*`$", row.Default);
        Assert.Contains(setting.Range ?? "", row.Meaning, StringComparison.Ordinal);
        Assert.Contains(setting.IsSecret ? $"also as `{SecretReader.FileKey(key)}`" : "", row.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void README_lists_existing_settings_with_their_defaults()
    {
        var rows = ReadRows(Repository.Read("README.md"));

        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            var setting = All.Single(setting =>
                row.Key == setting.Key || (setting.IsSecret && row.Key == SecretReader.FileKey(setting.Key)));
            Assert.Equal(Rows[setting.Key].Default, row.Value.Default);
        });
    }

    /// <summary>Booleans and enums other than file modes need neither, because all of their values are valid.</summary>
    [Fact]
    public void Numbers_have_a_range_and_texts_have_a_reason_for_no_range() => Assert.All(Settings.All, pair =>
    {
        var type = pair.Property.PropertyType;
        var isNumber = type == typeof(int) || type == typeof(double) || type == typeof(TimeSpan);
        var isChoice = type == typeof(bool) || (type.IsEnum && type != typeof(UnixFileMode));
        Assert.Equal(isNumber, pair.Setting.Range is not null);
        Assert.Equal(isNumber || isChoice, pair.Setting.NoRange is null);
    });

    [Fact]
    public void Each_default_is_valid() => Assert.All(Settings.All.Where(pair => pair.Setting.Default is not null), pair =>
        Assert.NotNull(SettingParser.TryParse(pair.Setting.Default!, pair.Property.PropertyType, pair.Setting)));

    /// <summary>The rows of all tables that begin with the key of a setting.</summary>
    private static Dictionary<string, Row> ReadRows(string document) =>
        document.Split('\n')
            .Select(line => SettingRow().Match(line))
            .Where(row => row.Success)
            .ToDictionary(
                row => row.Groups["key"].Value,
                row => new Row(row.Groups["default"].Value, row.Groups["meaning"].Value),
                StringComparer.Ordinal);

    [GeneratedRegex(
        "^[|] `(?<key>(Clik2pay|Redis|Sidecar|Callers|Metrics):[^`]+)` [|] (?<default>[^|]+) [|] (?<meaning>[^|]+) [|]$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SettingRow();

    private sealed record Row(string Default, string Meaning);
}

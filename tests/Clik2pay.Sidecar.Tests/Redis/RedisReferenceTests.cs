using System.Reflection;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Tests.Support.ReferencePage;

namespace Clik2pay.Sidecar.Tests.Redis;

/// <summary>The tables in docs/reference/redis.md match the code.</summary>
public sealed partial class RedisReferenceTests
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    private static readonly ReferencePage Page = new("redis.md");

    [Fact]
    public void The_table_of_supported_options_has_each_supported_option() =>
        AssertSame(RedisConnectionStringOptions.Supported, FirstCells("Supported options"));

    [Fact]
    public void The_table_of_options_without_effect_has_each_of_them() =>
        AssertSame(
            RedisConnectionStringOptions.WithoutEffect,
            Page.CellsOf("Options without effect").SelectMany(row => row).SelectMany(CodeIn));

    [Fact]
    public void The_table_of_refused_options_has_each_refused_option() =>
        AssertSame([.. RedisConnectionStringOptions.Refused, "$COMMAND"], FirstCells("Refused options"));

    [Fact]
    public void The_table_of_keys_has_the_name_of_each_key()
    {
        var key = new TokenKey("ENVIRONMENT:FINGERPRINT", new CredentialSet("", "", ""), []);
        var names = new RedisKeys(new RedisOptions { Endpoints = [] }, key);
        var all = typeof(RedisKeys).GetProperties().Select(property => (string)property.GetValue(names)!).ToList();

        AssertSame(all.Select(name => name[(name.LastIndexOf(':') + 1)..]), FirstCells("Keys"));
        Assert.All(all, name => Assert.StartsWith("clik2pay:{ENVIRONMENT:FINGERPRINT}:", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_ACL_user_has_the_right_to_each_command_of_the_scripts() =>
        AssertSame(
            [.. CommandsOfScripts(), "EVAL"],
            Page.Text.Split('\n').Single(line => line.StartsWith("user sidecar on >PASSWORD ~clik2pay:* +", StringComparison.Ordinal))
                .Split(" +").Skip(1).Select(name => name.ToUpperInvariant()));

    [Fact]
    public void The_table_of_operations_has_each_operation() =>
        AssertSame(Enum.GetValues<RedisOperation>().Select(operation => operation.ToSnakeCase()), FirstCells("Commands"));

    [Fact]
    public void The_table_of_outcomes_has_each_outcome() =>
        AssertSame(["success", .. Enum.GetValues<RedisFailure>().Select(failure => failure.ToSnakeCase())], FirstCells("Outcomes"));

    [Fact]
    public void The_page_has_the_durations_of_the_lease_and_of_an_operation()
    {
        var lease = $"at most {ITokenLease.Duration.TotalSeconds:0} s. Removed when the call ends";
        Assert.Contains(lease, Page.Text, StringComparison.Ordinal);
        Assert.Contains($"It ends after at most {RedisClient.Timeout.TotalSeconds:0} s.", Page.Text, StringComparison.Ordinal);
    }

    /// <summary>All scripts are constants that contain <c>redis.call('NAME'</c> or <c>redis.pcall('NAME'</c> for each command.</summary>
    private static IEnumerable<string> CommandsOfScripts() =>
        from type in typeof(RedisKeys).Assembly.GetTypes()
        where type.Namespace?.StartsWith(typeof(RedisKeys).Namespace!, StringComparison.Ordinal) == true
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where field.IsLiteral && field.FieldType == typeof(string)
        from Match command in Command().Matches((string)field.GetRawConstantValue()!)
        select command.Groups["name"].Value;

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) => Assert.Equal(
        expected.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));

    private static IEnumerable<string> FirstCells(string heading) =>
        Page.CellsOf(heading).SelectMany(row => CodeIn(row[0]));

    [GeneratedRegex("redis\\.p?call\\('(?<name>[A-Z]+)'", Options)]
    private static partial Regex Command();
}

using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>Every process on the machine can read a command line, so secrets are refused there.</summary>
public sealed partial class SecretKeyTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    /// <summary>
    /// The keys of all secrets, which are the settings that can also be given as a file. The error for an unknown setting lists all
    /// settings of its section.
    /// </summary>
    public static TheoryData<string> Secrets
    {
        get
        {
            string[] sections = [Clik2payOptions.Section, Clik2payOptions.SectionOf("shop"), RedisOptions.Section, Settings.Section];
            var unknown = sections.Select(section => KeyValuePair.Create<string, string?>($"{section}:Unknown", "x"));
            Settings.TryRead(new ConfigurationBuilder().AddInMemoryCollection(unknown).Build(), out var errors);
            var known = errors.Where(error => error.Contains(":Unknown: ", StringComparison.Ordinal))
                .SelectMany(error => Key().Matches(error.Split("Known settings are")[1]).Select(match => match.Value))
                .ToHashSet(StringComparer.Ordinal);
            return [.. known.Where(key => known.Contains(key + "File"))];
        }
    }

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task A_setting_that_is_read_as_a_secret_is_refused_on_the_command_line(string key)
    {
        var variable = key.Replace(":", "__", StringComparison.Ordinal);
        string[] forms = [$"--{key}=", $"--{key.ToUpperInvariant()}=", $"--{key}:0=", $"--{variable}=", $"--{key}:"];
        foreach (var form in forms)
        {
            var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, "check", $"{form}canary");

            Assert.Equal(1, exitCode);
            Assert.Contains(form[..(key.Length + 2)], output, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Clik2pay:Password")]
    [InlineData("Profiles:shop:Password")]
    [InlineData("Redis:User")]
    public async Task A_secret_in_a_wrong_notation_is_refused_and_not_printed(string key)
    {
        var (section, name) = (key[..key.LastIndexOf(':')], key.Split(':')[^1]);
        string[][] commandLines =
        [
            [$"--{key}canary"],
            [$"--{key}canary=="],
            [$"--{section}__{name}canary"],
            [$"--{section}__{name}canary="],
            [$"--{section}___{name}canary"],
            [$"--{section}.{name}:canary="],
            [$"{key}canary"],
            [$"-{key}:canary"],
            [$"/{key}=canary"],
            [$"--{key}=", "canary"],
            [$"--{key}", "=", "canary"],
            [$"--{key}", "correct", "canary"],
            [$"--{key}", "--canary"],
            [$"--{key}", "--", "canary"],
            [$"--{section}.{name}", "canary"],
            [$"--{section}_{name}", "canary"],
            [$"--{name}", "canary"],
            [$"{section}.Unknown", "canary"],
            [$"—{section}:Unknown", "canary"],
            ["--Sidecar:Unknown", $"redis://:canary@localhost"],
            ["redis://:canary@localhost"],
            [$"--Logging:LogLevel:{name}=canary"],
            [$"--Clik2pay:Scope=a --{key}=canary"],
            [$"--Sidecar:Listen=http://127.0.0.1:0\n--{key}=canary"],
        ];

        foreach (var commandLine in commandLines)
        {
            var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, ["check", .. commandLine]);

            Assert.True(exitCode is 1 or 2, $"{string.Join(' ', commandLine)} ends with {exitCode}.");
            Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Clik2pay:Password")]
    [InlineData("Profiles:shop:Password")]
    [InlineData("Redis:User")]
    public async Task The_notation_of_environment_variables_is_refused_on_the_command_line(string key)
    {
        foreach (var variable in new[] { key, key + "File", key + "X" }.Select(name => name.Replace(":", "__", StringComparison.Ordinal)))
        {
            var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, "check", $"--{variable}=x");

            Assert.Equal(1, exitCode);
            Assert.Contains("'--", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nine_settings_and_the_three_of_each_further_profile_are_secrets() => Assert.Equal(12, Secrets.Count);

    [Theory]
    [MemberData(nameof(Secrets))]
    public void The_path_of_the_file_with_a_secret_is_not_a_secret(string key)
    {
        Assert.True(Settings.IsSecret(key));
        Assert.True(Settings.IsSecret(key + ":0"));
        Assert.False(Settings.IsSecret(key + "File"));
    }

    [GeneratedRegex(@"\w+(:\w+)+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Key();
}

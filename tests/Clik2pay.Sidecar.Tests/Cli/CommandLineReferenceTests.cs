using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Cli;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>docs/reference/command-line.md matches the verbs of the command line.</summary>
public sealed partial class CommandLineReferenceTests
{
    private static readonly ReferencePage Page = new("command-line.md");
    private static readonly RootCommand Root = Commands.Create(new ArgumentNames([]));

    /// <summary>Each verb by its name. The verb <c>refresh</c> of <c>tokens</c> has the name <c>tokens refresh</c>.</summary>
    private static readonly Dictionary<string, Command> Verbs = FindVerbs(Root, "").ToDictionary(StringComparer.Ordinal);

    private static readonly List<string> AllExitCodes =
    [
        .. typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(code => (int)code.GetRawConstantValue()!).Distinct().Order()
            .Select(code => code.ToString(CultureInfo.InvariantCulture)),
    ];

    public static TheoryData<string> VerbNames => [.. Verbs.Keys];

    [Fact]
    public void The_table_of_verbs_has_each_verb_and_nothing_else() => Assert.Equal(
        Verbs.Keys.Select(verb => $"[`{verb}`](#{verb.Replace(' ', '-')})").Order(StringComparer.Ordinal),
        Page.RowsOf("Command-line reference", 1).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void The_section_of_a_verb_has_each_option_with_its_default_and_its_range(string verb)
    {
        var options = Verbs[verb].Options;

        Page.AssertRows(
            verb,
            2,
            options.Select(option => $"`{option.Name}` | {(option.HasDefaultValue ? $"`{option.GetDefaultValue()}`" : "none")}"),
            "Option");
        Assert.All(options.Zip(Page.CellsOf(verb, "Option")), pair =>
            Assert.Contains(Range().Match(pair.First.Description!).Value, pair.Second[2], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void The_synopsis_of_a_verb_has_its_options_and_its_settings(string verb)
    {
        var synopsis = string.Join(' ', Page.SectionOf(verb).SkipWhile(line => line != "```text").TakeWhile(line => line != "```"))
            .Replace("[run]", "run", StringComparison.Ordinal);

        Assert.Contains($"clik2pay-sidecar {verb}", synopsis, StringComparison.Ordinal);
        Assert.Equal(Verbs[verb].Options.Select(option => option.Name), Option().Matches(synopsis).Select(match => match.Value));
        Assert.Equal(Verbs[verb].Arguments.Count > 0, synopsis.Contains("[SETTING …]", StringComparison.Ordinal));
    }

    [Fact]
    public void The_options_of_the_program_have_a_row_each() =>
        Page.AssertRows("Help and version", 1, Root.Options.Select(option => $"`{option.Name}`"));

    /// <summary>The page also names <c>--project</c>, an option of <c>dotnet run</c>.</summary>
    [Fact]
    public void The_page_names_no_option_that_does_not_exist()
    {
        var known = Root.Options.Concat(Verbs.Values.SelectMany(verb => verb.Options)).Select(option => option.Name).Append("--project");

        Assert.Empty(Option().Matches(Page.Text).Select(match => match.Value).Except(known, StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_exit_codes_has_each_exit_code() => Page.AssertRows("Exit codes", 1, AllExitCodes);

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void The_section_of_a_verb_has_its_exit_codes(string verb) =>
        Page.AssertRows(verb, 1, verb == "check" ? AllExitCodes : AllExitCodes.Take(ExitCode.BadConfiguration + 1), "Exit code");

    private static IEnumerable<KeyValuePair<string, Command>> FindVerbs(Command command, string prefix) =>
        command.Subcommands.SelectMany(verb => verb.Subcommands.Count > 0
            ? FindVerbs(verb, $"{prefix}{verb.Name} ")
            : [KeyValuePair.Create(prefix + verb.Name, verb)]);

    [GeneratedRegex("--[a-z][a-z-]*", RegexOptions.NonBacktracking)]
    private static partial Regex Option();

    [GeneratedRegex("[0-9]+ to [0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Range();
}

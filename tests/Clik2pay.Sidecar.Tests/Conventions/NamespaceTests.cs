using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Simulator;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>A reader can take one namespace after the other, because none of them needs one that needs it.</summary>
public sealed partial class NamespaceTests
{
    public static TheoryData<string, Assembly> Programs { get; } = new()
    {
        { "Clik2pay.Sidecar.(**)", typeof(Program).Assembly },
        { "Clik2pay.Simulator.(**)", typeof(SimulatorApp).Assembly },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void Namespaces_have_no_import_cycles(string namespaces, Assembly program)
    {
        var architecture = new ArchLoader().LoadAssembly(program).Build();

        var rule = SliceRuleDefinition.Slices().MatchingWithPackages(namespaces).Should().BeFreeOfCycles();

        Violations.AssertNone(rule.Evaluate(architecture).Where(result => !result.Passed).Select(result => result.Description));
    }

    /// <summary>BareYarp is a program of its own, inside the folder of the benchmarks.</summary>
    [Fact]
    public void Namespace_and_folder_of_a_file_are_the_same()
    {
        var misplaced = from path in Repository.FilesIn(["src", "tests"], ".cs")
                        let declared = Namespace().Match(Repository.Read(path)).Groups["name"].Value
                        let expected = string.Join('.', Path.GetDirectoryName(path)!.Split(Path.DirectorySeparatorChar).Skip(1))
                        where declared != expected && declared is not ("" or "BareYarp")
                        select $"{path}: {declared}";

        Violations.AssertNone(misplaced);
    }

    [GeneratedRegex("^namespace (?<name>[^;]+);", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();
}

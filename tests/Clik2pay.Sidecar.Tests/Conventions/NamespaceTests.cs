using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Simulator;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>Namespaces match folders, and do not depend on each other in cycles. So a reader can take them one after the other.</summary>
public sealed partial class NamespaceTests
{
    private const RegexOptions Options = RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

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

    /// <summary>Also finds imports that only documentation comments need, which the compiled program does not contain.</summary>
    [Fact]
    public void No_two_namespaces_import_each_other()
    {
        var imports = (from path in Repository.FilesIn(["src", "tests"], ".cs")
                       let text = Repository.Read(path)
                       let importer = Namespace().Match(text).Groups["name"].Value
                       from Match import in Import().Matches(text)
                       select (Importer: importer, Imported: import.Groups["name"].Value)).ToHashSet();

        Violations.AssertNone(
            from import in imports
            where imports.Contains((import.Imported, import.Importer))
            select $"{import.Importer} imports {import.Imported}");
    }

    /// <summary>BareYarp is a separate program in the folder of the benchmarks.</summary>
    [Fact]
    public void The_namespace_of_a_file_is_its_folder()
    {
        var misplaced = from path in Repository.FilesIn(["src", "tests"], ".cs")
                        let declared = Namespace().Match(Repository.Read(path)).Groups["name"].Value
                        let expected = string.Join('.', Path.GetDirectoryName(path)!.Split(Path.DirectorySeparatorChar).Skip(1))
                        where declared != expected && declared is not ("" or "BareYarp")
                        select $"{path}: {declared}";

        Violations.AssertNone(misplaced);
    }

    [GeneratedRegex("^using (static )?(?<name>Clik2pay[^;]*);", Options)]
    private static partial Regex Import();

    [GeneratedRegex("^namespace (?<name>[^;]+);", Options)]
    private static partial Regex Namespace();
}

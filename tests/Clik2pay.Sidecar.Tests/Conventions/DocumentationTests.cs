using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>Documents name files that exist.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Code_files_that_documents_name_exist()
    {
        string[] documents = ["README.md", "CONTRIBUTING.md", "SECURITY.md", .. Repository.FilesIn(["docs"], ".md")];
        var missing = from document in documents
                      from Match name in CodeFile().Matches(Repository.Read(document))
                      let path = name.Groups["path"].Value
                      where !LocationsOf(path).Any(file => File.Exists(Path.Combine(Repository.Root, file)))
                      select $"{document}: {path}";

        Violations.AssertNone(missing);
    }

    /// <summary>A document may give a path from the root of the repository, of the program or of its tests.</summary>
    private static string[] LocationsOf(string path) => [path, $"src/Clik2pay.Sidecar/{path}", $"tests/Clik2pay.Sidecar.Tests/{path}"];

    [GeneratedRegex("`(?<path>[A-Za-z0-9_.]+/[A-Za-z0-9_./-]+\\.cs)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CodeFile();
}

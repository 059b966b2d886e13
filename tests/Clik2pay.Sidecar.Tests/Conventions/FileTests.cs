using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>Files and folders stay small enough to read at once.</summary>
public sealed class FileTests
{
    private const int MaxLineLength = 140;
    private const int MaxLines = 250;
    private const int MaxFilesPerFolder = 12;

    private static readonly string[] Folders = ["src", "tests", "examples"];

    /// <summary>Generated from a document, in which rows of tables are one line.</summary>
    private const string Generated = "troubleshooting.html";

    [Fact]
    public void Lines_have_at_most_140_characters()
    {
        var tooLong = from path in Repository.FilesIn(Folders, ".cs", ".sh", ".py", ".mjs", ".html", ".css", ".js")
                      where Path.GetFileName(path) != Generated
                      from line in Repository.Read(path).Split('\n').Index()
                      where line.Item.Length > MaxLineLength
                      select $"{path}:{line.Index + 1} has {line.Item.Length}";

        Violations.AssertNone(tooLong);
    }

    [Fact]
    public void Files_have_at_most_250_lines()
    {
        var tooLong = from path in Repository.FilesIn(Folders, ".cs")
                      let lines = Repository.Read(path).AsSpan().Count('\n')
                      where lines > MaxLines
                      select $"{path} has {lines}";

        Violations.AssertNone(tooLong);
    }

    [Fact]
    public void Folders_have_at_most_12_files_of_code()
    {
        var tooFull = from path in Repository.FilesIn(Folders, ".cs")
                      group path by Path.GetDirectoryName(path) into folder
                      where folder.Count() > MaxFilesPerFolder
                      select $"{folder.Key} has {folder.Count()}";

        Violations.AssertNone(tooFull);
    }
}

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The program of an earlier commit, built from the history of this repository.</summary>
internal sealed class OldProgram : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private OldProgram()
    {
    }

    /// <summary>The path of the program.</summary>
    public string File => Path.Combine(folder.FullName, "program", "clik2pay-sidecar");

    /// <summary>Builds the program. If the repository does not have the commit, as in a shallow clone, the test is skipped.</summary>
    public static async Task<OldProgram> BuildAsync(string commit)
    {
        var program = new OldProgram();
        try
        {
            await program.RunAsync(commit);
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    public void Dispose() => folder.Dispose();

    private async Task RunAsync(string commit)
    {
        var (source, archive) = (Path.Combine(folder.FullName, "source"), Path.Combine(folder.FullName, "source.tar"));
        var (exitCode, output) = await Tool.TryRunAsync("git", "-C", Repository.Root, "archive", "--output", archive, commit);
        if (exitCode != 0)
            Assert.Skip($"The history of this repository does not have commit {commit}: {output}");

        Directory.CreateDirectory(source);
        await RunToolAsync("tar", "-xf", archive, "-C", source);
        await RunToolAsync(
            "dotnet", "build", Path.Combine(source, "src", "Clik2pay.Sidecar"), "--output", Path.GetDirectoryName(File)!, "-v", "quiet");
    }

    private static async Task RunToolAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await Tool.TryRunAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}");
    }
}

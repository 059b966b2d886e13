namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>A folder for the files of a run. Dispose deletes it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("clik2pay-benchmarks-").FullName;

        // A server that root starts, such as nginx, may switch to another user.
        File.SetUnixFileMode(Path, ReadableByAll);
    }

    public string Path { get; }

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public string CreateFolder(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

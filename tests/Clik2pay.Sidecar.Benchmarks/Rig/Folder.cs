namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>A folder for what a run writes, which goes away with it.</summary>
internal sealed class Folder : IDisposable
{
    public Folder()
    {
        // Others may read: what root starts may become another user.
        Path = Directory.CreateTempSubdirectory("clik2pay-benchmarks-").FullName;
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public string Make(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>
/// A folder as kubelet mounts a Secret: each file is a link through <c>..data</c>, itself a link to the folder of the day, which is replaced in one
/// step (kubernetes/kubernetes, pkg/volume/util/atomic_writer.go).
/// </summary>
internal sealed partial class MountedSecret : IDisposable
{
    private static readonly string[] Names = ["username", "password", "api-key"];

    private readonly TemporaryFolder folder = new();
    private int number;

    public string Path => folder.FullName;

    /// <summary>All three at once, as after <c>kubectl apply</c>.</summary>
    public void Swap(params string[] values)
    {
        var before = $"..{number}";
        var next = folder.FullName + $"/..{++number}";
        Directory.CreateDirectory(next);
        foreach (var (name, value) in Names.Zip(values))
            File.WriteAllText($"{next}/{name}", value);

        File.CreateSymbolicLink($"{Path}/..data_tmp", $"..{number}");
        Assert.Equal(0, Rename($"{Path}/..data_tmp", $"{Path}/..data"));
        if (number > 1)
        {
            Directory.Delete($"{Path}/{before}", recursive: true);
            return;
        }

        foreach (var name in Names)
            File.CreateSymbolicLink($"{Path}/{name}", $"..data/{name}");
    }

    /// <summary>One alone, as an editor does.</summary>
    public void Write(string name, string value) => File.WriteAllText($"{Path}/{name}", value);

    public void Dispose() => folder.Dispose();

    /// <summary>.NET moves no link to a folder over another.</summary>
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}

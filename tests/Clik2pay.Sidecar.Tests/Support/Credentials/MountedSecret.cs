using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>
/// A folder like a Secret that kubelet mounts. Each file is a link through <c>..data</c>, which is a link to the current folder and is
/// replaced in one step (kubernetes/kubernetes, pkg/volume/util/atomic_writer.go).
/// </summary>
internal sealed partial class MountedSecret : IDisposable
{
    private static readonly string[] Names = ["username", "password", "api-key"];

    private readonly TemporaryFolder folder = new();
    private int number;

    public string Path => folder.FullName;

    /// <summary>Replaces all three files at once, like <c>kubectl apply</c>.</summary>
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

    /// <summary>Writes one file, like an editor.</summary>
    public void Write(string name, string value) => File.WriteAllText($"{Path}/{name}", value);

    public void Dispose() => folder.Dispose();

    /// <summary>.NET cannot replace a link to a folder.</summary>
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The working copy that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The source files, as paths from the root. The output of builds and of package managers is left out.</summary>
    /// <param name="folders">Folders in the root.</param>
    /// <param name="extensions">With the dot.</param>
    public static IEnumerable<string> FilesIn(IEnumerable<string> folders, params string[] extensions) =>
        from folder in folders
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file)
        where extensions.Contains(Path.GetExtension(path), StringComparer.Ordinal)
            && !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules")
        select path;

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    /// <param name="parts">The parts of a path below the root.</param>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Clik2pay.Sidecar.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}

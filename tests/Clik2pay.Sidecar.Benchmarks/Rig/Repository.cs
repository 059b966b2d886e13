namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>The repository whose projects are published and measured.</summary>
internal static class Repository
{
    /// <exception cref="BenchmarkFailure">This program is not in a folder of the repository.</exception>
    public static string Root => Find(new(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Clik2pay.Sidecar.sln")))
                return folder.FullName;
        }

        throw new BenchmarkFailure(
            "The repository was not found. Start the benchmarks from it with "
            + "`dotnet run -c Release --project tests/Clik2pay.Sidecar.Benchmarks`.");
    }
}

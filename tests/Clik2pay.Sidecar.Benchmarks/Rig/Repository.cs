namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Where the sources are: what is measured is published from them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Clik2pay.Sidecar.sln")))
                return folder.FullName;
        }

        throw new BenchmarkFailure("The benchmarks are started from the repository: dotnet run -c Release --project tests/Clik2pay.Sidecar.Benchmarks.");
    }
}

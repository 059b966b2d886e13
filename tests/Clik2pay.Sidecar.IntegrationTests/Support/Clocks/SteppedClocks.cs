using System.IO.MemoryMappedFiles;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

/// <summary>
/// The clocks of processes that are started with <see cref="Variables"/>. A small library is loaded into these processes before libc. It
/// adds offsets to the times of the kernel's clocks. CLOCK_MONOTONIC is never changed.
/// </summary>
internal sealed class SteppedClocks : IDisposable
{
    private const int Length = 2 * sizeof(long);

    private readonly TemporaryFolder folder;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor offsets;

    private SteppedClocks(TemporaryFolder folder, string library)
    {
        this.folder = folder;
        var path = Path.Combine(folder.FullName, "offsets");
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Length);
        offsets = file.CreateViewAccessor(0, Length);
        Variables = new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["CLOCK_OFFSETS"] = path };
    }

    /// <summary>The environment variables of a process with these clocks.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Compiles the library. Without a compiler, or on a system other than Linux, the test is skipped.</summary>
    public static async Task<SteppedClocks> CreateAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test uses LD_PRELOAD, which requires Linux.");
        var temporary = new TemporaryFolder();
        var source = Path.Combine(AppContext.BaseDirectory, "Clocks", "clock_shim.c");
        var library = Path.Combine(temporary.FullName, "clock_shim.so");
        foreach (var compiler in new[] { "clang", "cc" })
        {
            var (exitCode, output) = await Tool.TryRunAsync(compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source);
            if (exitCode == 0)
                return new(temporary, library);

            Assert.True(exitCode == -1, output);
        }

        temporary.Dispose();
        Assert.Skip("No C compiler is installed (Debian package: clang).");
        throw new InvalidOperationException();
    }

    /// <summary>Steps only the wall clock, as when it is set or when the virtual machine was paused.</summary>
    public void StepWall(TimeSpan step) => Add(0, step);

    /// <summary>Advances the wall clock and CLOCK_BOOTTIME, as when the machine was suspended.</summary>
    public void Suspend(TimeSpan duration)
    {
        Add(sizeof(long), duration);
        Add(0, duration);
    }

    public void Dispose()
    {
        offsets.Dispose();
        file.Dispose();
        folder.Dispose();
    }

    private void Add(long position, TimeSpan step) => offsets.Write(position, offsets.ReadInt64(position) + (long)step.TotalSeconds);
}

using System.Diagnostics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>One profile without files beside 49 profiles whose credential files hang, as on a mounted folder without its server.</summary>
[Collection(OneByOne.Name)]
public sealed class HangingFileTests : IDisposable
{
    private const int Calls = 20;

    /// <summary>
    /// The largest ratio of two latencies of the same run. If each file blocked a thread of the pool, a call would wait for tens of
    /// seconds.
    /// </summary>
    private const double MaxRatio = 200;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Calls_of_a_profile_are_not_delayed_while_the_files_of_49_other_profiles_hang()
    {
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        var files = servers.Merchants.Names.Skip(1)
            .ToDictionary(name => name, name => folder.Write(name, ManyMerchants.CredentialsOf(name, 0)[1]));
        var settings = servers.Settings().Where(setting => !files.ContainsKey(setting.Key.Split(':')[1]) || !IsPassword(setting.Key));
        var fromFiles = files.Select(file => ($"Profiles:{file.Key}:PasswordFile", (string?)file.Value));
        await using var sidecar = await servers.StartSidecarAsync([.. settings, .. fromFiles]);
        var before = await MeasureAsync(sidecar);

        foreach (var file in files.Values)
        {
            // Opening a pipe blocks until another process writes to it.
            using var make = Process.Start("mkfifo", file + ".pipe");
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
            File.Move(file + ".pipe", file, overwrite: true);
        }

        await Wait.UntilAsync(() => CountBlocked() >= files.Count, () => $"only {CountBlocked()} reads hang");
        var whileHanging = await MeasureAsync(sidecar);
        foreach (var file in files.Values)
        {
            // Opening a pipe for reading and writing does not block. The blocked read then ends.
            await using var open = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        }

        Figures.Report($"Calls while 49 credential files hang: {whileHanging / before:0.00} times as long as before");
        Assert.True(whileHanging / before < MaxRatio, $"A call took {whileHanging / before:0} times as long while files hang.");
        Assert.Empty(servers.Merchants.Violations);
    }

    private static bool IsPassword(string key) => key.EndsWith(":Password", StringComparison.Ordinal);

    /// <summary>The number of threads for work that may block.</summary>
    private static int CountBlocked() => Directory.GetDirectories("/proc/self/task").Count(thread =>
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").Trim() == BlockingThreads.Name;
        }
        catch (IOException)
        {
            return false; // The thread has ended.
        }
    });

    /// <returns>The longest duration of several calls of the first profile.</returns>
    private static async Task<TimeSpan> MeasureAsync(TestSidecar sidecar)
    {
        var longest = TimeSpan.Zero;
        for (var call = 0; call < Calls; call++)
        {
            var startedAt = SystemDefaults.Time.GetTimestamp();
            Assert.Equal("200 p1", await MerchantServers.CallAsync(sidecar, "p1"));
            longest = MonotonicTime.Max(longest, SystemDefaults.Time.GetElapsedTime(startedAt));
        }

        return longest;
    }
}

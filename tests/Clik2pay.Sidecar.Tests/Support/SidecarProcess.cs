using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The program, started as a user starts it: with a command line and environment variables.</summary>
internal sealed partial class SidecarProcess : IAsyncDisposable
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int KillSignal = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>The program that TEST_SIDECAR names, or the one that was built with the tests.</summary>
    private static readonly string Program =
        System.Environment.GetEnvironmentVariable("TEST_SIDECAR") ?? Path.Combine(AppContext.BaseDirectory, "clik2pay-sidecar");

    public static readonly bool IsPublished = System.Environment.GetEnvironmentVariable("TEST_SIDECAR") is not null;

    /// <summary>A test that waits for something that does not happen fails after this time.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly TemporaryFolder empty = new();
    private readonly Task reading;
    private TaskCompletionSource? pause;

    private SidecarProcess(IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, string? workingDirectory)
    {
        var start = new ProcessStartInfo(command.First(), command.Skip(1))
        {
            WorkingDirectory = workingDirectory ?? empty.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        process = new Process { StartInfo = start };
        process.Start();
        reading = ReadAsync();
    }

    public List<string> Output { get; } = [];

    public int Id => process.Id;

    public static SidecarProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new([Program, .. arguments], environment, workingDirectory: null);

    public static SidecarProcess Start(IReadOnlyDictionary<string, string> environment, string[] arguments, string workingDirectory) =>
        new([Program, .. arguments], environment, workingDirectory);

    /// <summary>Starts the program through a command that sets limits or enters a network namespace first.</summary>
    public static SidecarProcess StartBy(
        IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new([.. command, Program, .. arguments], environment, workingDirectory: null);

    /// <summary>Starts another version of the program.</summary>
    public static SidecarProcess StartOther(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new([program, .. arguments], environment, workingDirectory: null);

    /// <summary>The environment variables of a sidecar for these two servers, with the routes that come with the program.</summary>
    public static Dictionary<string, string> Environment(
        RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, params IEnumerable<(string Key, string Value)> settings) =>
        Environment(upstream.Address, tokenEndpoint, settings);

    /// <summary>The environment variables of a sidecar for an upstream of any kind, with the routes of the program.</summary>
    public static Dictionary<string, string> Environment(
        string upstream, FakeTokenEndpoint tokenEndpoint, params IEnumerable<(string Key, string Value)> settings)
    {
        var environment = TestSidecar.Defaults(upstream, tokenEndpoint.Address)
            .Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))
            .ToDictionary(pair => VariableName(pair.Key), pair => pair.Value!, StringComparer.Ordinal);
        foreach (var (key, value) in settings)
            environment[VariableName(key)] = value;
        return environment;

        static string VariableName(string key) => key.Replace(":", "__", StringComparison.Ordinal);
    }

    /// <summary>Runs a verb to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunAsync(environment, arguments, workingDirectory: null);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment, string[] arguments, string? workingDirectory)
    {
        await using var started = new SidecarProcess([Program, .. arguments], environment, workingDirectory);
        return (await started.WaitForExitAsync(), started.Text());
    }

    /// <summary>Runs a verb to its end, through a command as in <see cref="StartBy"/>.</summary>
    public static async Task<(int ExitCode, string Output)> RunByAsync(
        IEnumerable<string> command, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var started = StartBy(command, environment, arguments);
        return (await started.WaitForExitAsync(), started.Text());
    }

    /// <returns>The next line that contains the text.</returns>
    public async Task<string> WaitForLineAsync(string text)
    {
        try
        {
            return await FindLineAsync(text).WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The process did not print '{text}'. It printed:\n{Text()}", e);
        }
    }

    /// <summary>Waits for the start.</summary>
    /// <returns>The address for callers.</returns>
    public async Task<Uri> WaitForAddressAsync() => (await WaitForAddressesAsync()).Callers;

    /// <summary>Waits for the start.</summary>
    /// <returns>A client that calls the sidecar without a proxy.</returns>
    public async Task<HttpClient> WaitForCallerAsync() =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = await WaitForAddressAsync() };

    /// <summary>Waits for the start.</summary>
    /// <returns>The addresses of the default listener for callers and of the administration listener.</returns>
    public async Task<(Uri Callers, Uri Admin)> WaitForAddressesAsync()
    {
        var line = await WaitForLineAsync("Callers are served on");
        return (new(line.Split("served on ")[1].Split(' ')[0].TrimEnd(',')), new(AdminAddress().Match(line).Groups["address"].Value));
    }

    [GeneratedRegex(@"status page are on (?<address>\S+?)\.(""|\s|$)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AdminAddress();

    public async Task<int> WaitForExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(LongestWait, TestContext.Current.CancellationToken);
        await reading;
        return process.ExitCode;
    }

    /// <summary>Stops reading the output until <see cref="ResumeReading"/>.</summary>
    public void StopReading() => pause = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ResumeReading()
    {
        var paused = pause;
        pause = null;
        paused?.SetResult();
    }

    public void Signal(int signal) => Signal(process.Id, signal);

    /// <summary>Sends a signal to a process of the test. After <see cref="Stop"/>, waits until all its threads have stopped.</summary>
    public static void Signal(int processId, int signal)
    {
        Assert.Equal(0, Kill(processId, signal));
        if (signal == Stop)
        {
            var hasStopped = SpinWait.SpinUntil(() => HasStopped(processId), TimeSpan.FromSeconds(30));
            Assert.True(hasStopped, $"Process {processId} has not stopped 30 s after SIGSTOP.");
        }
    }

    /// <returns>The name of each thread of a process, and the fields after the name. The first is the state (proc_pid_stat(5)).</returns>
    public static IEnumerable<(string Name, string[] Fields)> ThreadsOf(int processId) =>
        from thread in Directory.EnumerateDirectories($"/proc/{processId}/task")
        let stat = File.ReadAllText(Path.Combine(thread, "stat"))
        let end = stat.LastIndexOf(')')
        select (stat[(stat.IndexOf('(') + 1)..end], stat[(end + 2)..].Split(' '));

    public string Text()
    {
        lock (Output)
            return string.Join('\n', Output);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        ResumeReading();
        await reading;
        process.Dispose();
        empty.Dispose();

        // No test provokes an internal error, so a stack trace shows a bug of the program.
        Assert.False(Text().Contains("   at ", StringComparison.Ordinal), $"The log has stack traces:\n{Text()}");
    }

    /// <summary>Each thread stops some time after the signal was sent. Its state is then T.</summary>
    private static bool HasStopped(int processId) => ThreadsOf(processId).All(thread => thread.Fields[0] == "T");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private async Task<string> FindLineAsync(string text)
    {
        await foreach (var line in lines.Reader.ReadAllAsync())
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"The process ended without the line '{text}'. It printed:\n{Text()}");
    }

    private async Task ReadAsync()
    {
        await Task.WhenAll(KeepAsync(process.StandardOutput), KeepAsync(process.StandardError));
        lines.Writer.TryComplete();
    }

    private async Task KeepAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (Output)
                Output.Add(line);
            lines.Writer.TryWrite(line);
            await (pause?.Task ?? Task.CompletedTask);
        }
    }
}

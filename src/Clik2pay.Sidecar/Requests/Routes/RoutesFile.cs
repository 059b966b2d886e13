using System.Text.Json;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// The section <c>ReverseProxy</c> of <c>proxy.json</c> as a source of configuration. An edit takes effect while the sidecar runs. An edit that cannot be read, or that leaves no
/// route, is refused and the routes before it stay: the framework's own JSON source would drop them all.
/// </summary>
internal sealed class RoutesFile : ConfigurationProvider, IConfigurationSource, IDisposable
{
    public const string FileName = "proxy.json";

    public const string Section = "ReverseProxy";

    /// <summary>
    /// An editor may write a file in several steps; it is read so long after the first of them. Counted from the first and not the last: another
    /// file in the folder, a log say, may change all the time. Should the file be read half written, that is refused and it is read again.
    /// </summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(250);

    private readonly ITimer settled;
    private FileSystemWatcher? watcher;
    private byte[]? content;
    private int isSettling;

    public RoutesFile(string path, TimeProvider time)
    {
        FullPath = Path.GetFullPath(path);
        settled = time.CreateTimer(_ => Reload(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string FullPath { get; }

    /// <summary>Why the file as it is now was not taken; null when it was.</summary>
    public string? Error { get; private set; }

    /// <summary>Whether edits are noticed. The system may refuse to watch: containers share its limit of inotify instances.</summary>
    public bool IsWatched => watcher is not null;

    /// <summary>Told why, when an edit is refused here. Whether the routes of a good file are taken is for the proxy to say.</summary>
    public Action<string>? Refused { get; set; }

    /// <summary>The file in the working directory, or else the one beside the program.</summary>
    public static RoutesFile Find(TimeProvider time)
    {
        var inWorkingDirectory = WorkingDirectory.PathOf(FileName);
        return new(File.Exists(inWorkingDirectory) ? inWorkingDirectory : Path.Combine(AppContext.BaseDirectory, FileName), time);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load()
    {
        Read();
        watcher ??= Watch();
    }

    public void Dispose()
    {
        watcher?.Dispose();
        settled.Dispose();
    }

    /// <summary>The folder, not the file: an editor may put a new file in its place, and Kubernetes swaps a link beside it.</summary>
    /// <returns>Null if the system refuses, for instance because a filter of system calls forbids inotify.</returns>
    private FileSystemWatcher? Watch()
    {
        FileSystemWatcher? folder = null;
        var isStarting = true;
        var isRefused = false;
        try
        {
            folder = new FileSystemWatcher(Path.GetDirectoryName(FullPath)!);
            folder.Changed += (_, _) => Settle();
            folder.Created += (_, _) => Settle();
            folder.Deleted += (_, _) => Settle();
            folder.Renamed += (_, _) => Settle();
            folder.Error += (_, _) =>
            {
                // Some refusals are reported by this event instead of an exception, before EnableRaisingEvents returns.
                isRefused |= isStarting;
                Settle();
            };
            folder.EnableRaisingEvents = true;
            isStarting = false;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            isRefused = true;
        }

        if (!isRefused)
            return folder;

        folder?.Dispose();
        return null;

        void Settle()
        {
            if (Interlocked.Exchange(ref isSettling, 1) == 0)
                settled.Change(SettleTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void Reload()
    {
        // Before the file is read: what changes from now on is looked at once more.
        Volatile.Write(ref isSettling, 0);
        var (contentBefore, errorBefore) = (content, Error);
        Read();

        if (Error is null && content != contentBefore)
            TellReaders();

        if (Error is not null && (content != contentBefore || Error != errorBefore))
            Refused?.Invoke(Error);
    }

    /// <summary>This runs on a timer's thread: what a reader throws at an edit must not end the process.</summary>
    private void TellReaders()
    {
        try
        {
            OnReload();
        }
        catch (Exception e)
        {
            Error = $"{FullPath} cannot be used ({e.GetType().Name}).";
        }
    }

    /// <summary>Takes the file if it is another than at the last look, or says in <see cref="Error"/> why not.</summary>
    private void Read()
    {
        try
        {
            var now = File.ReadAllBytes(FullPath);
            if (content is not null && now.AsSpan().SequenceEqual(content))
                return;

            content = now;
            var read = new ConfigurationBuilder().AddJsonStream(new MemoryStream(now)).Build();
            Error = FindError(read);
            if (Error is null)
            {
                Data = read.GetSection(Section).AsEnumerable()
                    .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            content = null;
            Error = $"{FullPath} is not there or cannot be read.";
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            Error = $"{FullPath} is not valid JSON: {JsonError.Explain(e)}";
        }
    }

    private string? FindError(IConfigurationRoot read)
    {
        // The address of a schema is for editors.
        var others = read.GetChildren().Select(section => section.Key)
            .Where(key => !key.Equals(Section, StringComparison.OrdinalIgnoreCase) && key is not "$schema");
        if (string.Join(", ", others) is { Length: > 0 } keys)
        {
            return $"{FullPath}: only {Section} is read from this file. Correct or remove {keys}. "
                + "Other settings belong in appsettings.json.";
        }

        return read.GetSection($"{Section}:Routes").GetChildren().Any() ? null : $"{FullPath} has no route under {Section}:Routes.";
    }
}

using System.Text.Json;
using Clik2pay.Sidecar.Configuration.Sources;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// The section <c>ReverseProxy</c> of <c>proxy.json</c> as a source of configuration. An edit takes effect while the sidecar runs. An edit
/// that cannot be read, or that leaves no route, is refused, and the previous routes stay in use. The framework's own JSON source would
/// remove all routes.
/// </summary>
internal sealed class RoutesFile : ConfigurationProvider, IConfigurationSource, IDisposable
{
    public const string FileName = "proxy.json";

    public const string Section = "ReverseProxy";

    /// <summary>
    /// The time from the first change in the folder to reading the file, because an editor may write a file in several steps. Later changes
    /// do not extend this time, because another file in the folder may change continuously. A half-written file is refused, and is read
    /// again at the next change.
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

    /// <summary>Why the current file is not in use; null if the file is in use.</summary>
    public string? Error { get; private set; }

    /// <summary>
    /// Whether the file is watched. The system may refuse the watch, because containers share its limit of inotify instances.
    /// </summary>
    public bool IsWatched => watcher is not null;

    /// <summary>Called with the reason when an edit is refused here. YARP validates the routes of a readable file.</summary>
    public Action<string>? OnRefused { get; set; }

    /// <summary>Uses proxy.json in the working directory. If it is missing there, uses proxy.json beside the program.</summary>
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

    /// <summary>Watches the folder, because an editor may replace the file, and Kubernetes replaces a link in the folder.</summary>
    /// <returns>Null if the system refuses, for example because a filter of system calls forbids inotify.</returns>
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
        // The flag is reset before the file is read, so that a change during the read causes another read.
        Volatile.Write(ref isSettling, 0);
        var errorBefore = Error;
        var hasChanged = Read();

        if (Error is null && hasChanged)
            NotifyReaders();

        if (Error is not null && (hasChanged || Error != errorBefore))
            OnRefused?.Invoke(Error);
    }

    /// <summary>
    /// Handles every exception of a reader, because an unhandled exception on the thread of a timer would end the process.
    /// </summary>
    private void NotifyReaders()
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

    /// <summary>Reads the file, and either uses its routes or sets <see cref="Error"/>.</summary>
    /// <returns>Whether the file has changed since the last read.</returns>
    private bool Read()
    {
        byte[] now;
        try
        {
            now = File.ReadAllBytes(FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var hadContent = content is not null;
            content = null;
            Error = $"{FullPath} does not exist or cannot be read.";
            return hadContent;
        }

        if (content is not null && now.AsSpan().SequenceEqual(content))
            return false;

        content = now;
        Use(now);
        return true;
    }

    private void Use(byte[] json)
    {
        try
        {
            var read = new ConfigurationBuilder().AddJsonStream(new MemoryStream(json)).Build();
            Error = FindError(read);
            if (Error is null)
            {
                Data = read.GetSection(Section).AsEnumerable()
                    .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            Error = $"{FullPath} is not valid JSON: {JsonError.Explain(e)}";
        }
    }

    private string? FindError(IConfigurationRoot read)
    {
        // The key $schema names a schema for editors.
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

using System.Collections;
using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Records every log message, its exception, and the values and scopes that a line of text does not contain.</summary>
internal sealed class RecordedLog : ILoggerProvider, ISupportExternalScope
{
    private readonly List<(string Category, string Text)> lines = [];
    private readonly List<string> details = [];
    private readonly List<string> stackTraces = [];
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(string Category, string Text)> Lines
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    /// <summary>The lines with a stack trace that are logged with the default settings.</summary>
    public IReadOnlyList<string> StackTraces
    {
        get
        {
            lock (lines)
                return [.. stackTraces];
        }
    }

    /// <summary>The values, scopes and exception data of each message, which only a structured log contains.</summary>
    public IReadOnlyList<string> Details
    {
        get
        {
            lock (lines)
                return [.. details];
        }
    }

    /// <summary>A value as text, with each item of a collection.</summary>
    public static string Describe(object? value) => value switch
    {
        string text => text,
        KeyValuePair<string, object?> pair => $"{pair.Key}={Describe(pair.Value)}",
        IEnumerable items => $"{value}: {string.Join(", ", items.Cast<object?>().Select(Describe))}",
        _ => $"{value}",
    };

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    /// <summary>Waits until a number of lines contain both texts.</summary>
    /// <returns>The last of these lines.</returns>
    public async Task<string> WaitForAsync(string text, int times = 1, string containing = "")
    {
        while (true)
        {
            Task next;
            lock (lines)
            {
                next = more.Task;
                var found = lines.Where(line => line.Text.Contains(text, StringComparison.Ordinal)
                    && line.Text.Contains(containing, StringComparison.Ordinal)).ToList();
                if (found.Count >= times)
                    return found[^1].Text;
            }

            try
            {
                await next.WaitAsync(SidecarProcess.LongestWait, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"The log does not have '{text}'. It has:\n{string.Join('\n', Lines)}", e);
            }
        }
    }

    public void Dispose()
    {
        // There is nothing to release.
    }

    private void Add(string category, LogLevel level, string text, object? state, Exception? exception)
    {
        var detail = new List<string> { category, Describe(state) };
        scopes.ForEachScope((scope, all) => all.Add($"scope {Describe(scope)}"), detail);
        for (var e = exception; e is not null; e = e.InnerException)
            detail.Add(Describe(e.Data.Values));

        TaskCompletionSource waiting;
        lock (lines)
        {
            lines.Add((category, text));
            details.Add(string.Join('\n', detail));
            if (level >= LogLevel.Warning && text.Contains("   at ", StringComparison.Ordinal))
                stackTraces.Add($"{level} {category}: {text}");
            waiting = more;
            more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    private sealed class Recorder(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(category, logLevel, $"{formatter(state, exception)} {exception}", state, exception);
    }
}

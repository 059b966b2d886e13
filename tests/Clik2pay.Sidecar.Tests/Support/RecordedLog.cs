using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>Keeps every line that is logged, with the exceptions.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly List<(string Category, string Text)> lines = [];
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(string Category, string Text)> Lines
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    /// <summary>Waits until a text has been logged so many times, in lines that contain another text too, and returns the last of them.</summary>
    public async Task<string> WaitForAsync(string text, int times = 1, string containing = "")
    {
        while (true)
        {
            Task next;
            lock (lines)
            {
                next = more.Task;
                var found = lines.Where(line => line.Text.Contains(text, StringComparison.Ordinal) && line.Text.Contains(containing, StringComparison.Ordinal)).ToList();
                if (found.Count >= times)
                    return found[^1].Text;
            }

            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private void Add(string category, string text)
    {
        TaskCompletionSource waiting;
        lock (lines)
        {
            lines.Add((category, text));
            waiting = more;
            more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    private sealed class Recorder(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(category, $"{formatter(state, exception)} {exception}");
    }
}

using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>Reports lines that no input may cause: errors, and lines with a stack trace. It keeps no other line.</summary>
internal sealed class FuzzLog(Findings findings) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Watcher(findings, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Watcher(Findings findings, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error || exception is not null)
                findings.Add($"log: {logLevel} from {category}", [], $"{formatter(state, exception)} {exception}");
        }
    }
}

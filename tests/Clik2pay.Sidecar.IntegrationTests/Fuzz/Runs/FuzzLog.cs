using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>Reports errors and lines with an exception as findings, because no input may cause them. Drops all other lines.</summary>
internal sealed class FuzzLog(Findings findings) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Watcher(findings, categoryName);

    public void Dispose()
    {
        // There is nothing to dispose.
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

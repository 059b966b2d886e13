namespace Clik2pay.Sidecar.Telemetry.Logging;

/// <summary>Begins each message with the name of the object that it is about, and adds that name as a value of the scope.</summary>
/// <param name="inner">Writes the messages.</param>
/// <param name="kind">The kind of object, for example <c>Profile</c>. It is the name of the value.</param>
/// <param name="name">The name of the object.</param>
internal sealed class PrefixedLogger(ILogger inner, string kind, string name) : ILogger
{
    private readonly KeyValuePair<string, object?>[] scope = [new(kind, name)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using (inner.BeginScope(scope))
            inner.Log(logLevel, eventId, state, exception, (values, error) => $"{kind} {name}: {formatter(values, error)}");
    }
}

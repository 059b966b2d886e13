using System.Collections;

namespace Clik2pay.Sidecar.Telemetry.Logging;

/// <summary>Begins each message with the name of the object that it is about, and adds that name as a value of the scope.</summary>
/// <param name="inner">Writes the messages.</param>
/// <param name="kind">The kind of object, for example <c>Profile</c>. It is the name of the value.</param>
/// <param name="name">The name of the object.</param>
internal sealed class PrefixedLogger(ILogger inner, string kind, string name) : ILogger
{
    private readonly Scope scope = new(kind, name);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using (inner.BeginScope(scope))
            inner.Log(logLevel, eventId, state, exception, (values, error) => $"{kind} {name}: {formatter(values, error)}");
    }

    /// <summary>A list with one value. Logs in text show it like the other scopes, for example <c>Profile:shop</c>.</summary>
    private sealed class Scope(string kind, string name) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] => new(kind, name);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"{kind}:{name}";
    }
}

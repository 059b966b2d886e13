namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>A span that was received over OTLP (opentelemetry-proto, trace.proto).</summary>
internal sealed record ReceivedSpan
{
    public required string Source { get; init; }

    public required string Name { get; init; }

    /// <summary>2: a server's, 3: a client's, 1: internal.</summary>
    public required int Kind { get; init; }

    public required string TraceId { get; init; }

    public required string SpanId { get; init; }

    /// <summary>Empty for the first span of a trace.</summary>
    public required string ParentId { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>The attributes of the service.</summary>
    public required IReadOnlyDictionary<string, string> Resource { get; init; }

    public required IReadOnlyList<(string TraceId, string SpanId)> Links { get; init; }

    /// <summary>Each with its attributes.</summary>
    public required IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Attributes)> Events { get; init; }

    public required bool IsError { get; init; }

    /// <param name="request">An ExportTraceServiceRequest.</param>
    public static IEnumerable<ReceivedSpan> ReadAll(ProtobufReader request) =>
        from resourceSpans in request.Messages(1)
        let resource = resourceSpans.Messages(1).Select(message => ReadAttributes(message, 1)).Single()
        from scopeSpans in resourceSpans.Messages(2)
        let source = scopeSpans.Messages(1).Single().Text(1)
        from span in scopeSpans.Messages(2)
        select new ReceivedSpan
        {
            Source = source,
            Resource = resource,
            Name = span.Text(5),
            Kind = (int)span.Value(6),
            TraceId = span.Hex(1),
            SpanId = span.Hex(2),
            ParentId = span.Hex(4),
            Attributes = ReadAttributes(span, 9),
            Links = [.. span.Messages(13).Select(link => (link.Hex(1), link.Hex(2)))],
            Events = [.. span.Messages(11).Select(spanEvent => (spanEvent.Text(2), ReadAttributes(spanEvent, 3)))],
            IsError = span.Messages(15).Any(status => status.Value(3) == 2),
        };

    private static Dictionary<string, string> ReadAttributes(ProtobufReader message, int number) => message.Messages(number).ToDictionary(
        pair => pair.Text(1),
        pair => pair.Messages(2).Select(value => value.Has(1) ? value.Text(1) : $"{value.Value(3)}").Single(),
        StringComparer.Ordinal);
}

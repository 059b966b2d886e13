using System.Globalization;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>A request or a response that complies with RFC 9112. Text is Latin-1, one character for each byte.</summary>
internal sealed record StrictMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers)
{
    public byte[] Body { get; init; } = [];

    public IReadOnlyList<(string Name, string Value)> Trailers { get; init; } = [];

    public string Method => StartLine[..StartLine.IndexOf(' ', StringComparison.Ordinal)];

    public string Target => StartLine.Split(' ')[1];

    public int Status => int.Parse(StartLine.AsSpan(9, 3), CultureInfo.InvariantCulture);

    /// <summary>The values of all header lines with this name.</summary>
    public IEnumerable<string> this[string name] =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>Whether the header's list contains this option.</summary>
    public bool Lists(string name, string option) =>
        this[name].Any(value => value.Split(',', StringSplitOptions.TrimEntries).Contains(option, StringComparer.OrdinalIgnoreCase));
}

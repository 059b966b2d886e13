namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A request or an answer as it stood on the wire; only the framing of its body is undone.</summary>
internal sealed record WireMessage(
    string StartLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, bool IsChunked, IReadOnlyList<(string Name, string Value)> Trailers)
{
    public int Status => int.Parse(StartLine.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    public string Target => StartLine.Split(' ')[1];

    public string Text => System.Text.Encoding.Latin1.GetString(Body);

    /// <summary>The values of all lines of that name.</summary>
    public IReadOnlyList<string> this[string name] => [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
}

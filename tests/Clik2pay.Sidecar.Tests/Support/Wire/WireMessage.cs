namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>A request or a response as it was on the wire, except for the framing of its body.</summary>
internal sealed record WireMessage(
    string StartLine,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[] Body,
    bool IsChunked,
    IReadOnlyList<(string Name, string Value)> Trailers)
{
    public int Status => int.Parse(StartLine.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    public string Target => StartLine.Split(' ')[1];

    public string Text => System.Text.Encoding.Latin1.GetString(Body);

    /// <summary>The values of all lines with this name.</summary>
    public IReadOnlyList<string> this[string name] =>
        [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
}

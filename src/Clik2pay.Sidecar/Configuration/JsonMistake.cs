using System.Text.Json;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>Says what is wrong with a file of settings. The parser's own words may quote the rest of the line, and so a secret that lacks its quotation mark.</summary>
internal static class JsonMistake
{
    /// <param name="mistake">What reading the file threw.</param>
    public static string Explain(Exception mistake) => mistake.GetBaseException() is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
        ? $"what stands there cannot be read (LineNumber: {line} | BytePositionInLine: {position})."
        : mistake.GetBaseException().Message;
}

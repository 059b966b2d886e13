using System.Text.Json;

namespace Clik2pay.Sidecar.Configuration.Sources;

/// <summary>
/// Explains an error in a settings file. The parser's own message may quote the rest of the line, and with it a secret that lacks its
/// quotation mark.
/// </summary>
internal static class JsonError
{
    /// <param name="error">The exception that reading the file threw.</param>
    public static string Explain(Exception error) =>
        error.GetBaseException() is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
            ? $"the error is in line {line + 1} at byte {position + 1}. Correct the file."
            : error.GetBaseException().Message;
}

using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>The bytes that the provider sends in response to one request.</summary>
/// <param name="Id">The number of the script, which is also its seed.</param>
/// <param name="Method">The method of the request.</param>
/// <param name="Bytes">The response, with the bytes before and after it.</param>
/// <param name="Writes">The end positions of the single writes.</param>
/// <param name="IsClean">Whether the response is valid, so that it must be forwarded.</param>
/// <param name="Ending">What the provider does after the last write.</param>
internal sealed record ResponseScript(int Id, string Method, byte[] Bytes, IReadOnlyList<int> Writes, bool IsClean, ProviderEnding Ending)
{
    /// <param name="bytes">A line of the corpus.</param>
    /// <param name="index">The index of the line. The script's id is negative, unlike the ids of generated scripts.</param>
    public static ResponseScript OfCorpus(byte[] bytes, int index) =>
        new(-1 - index, "GET", bytes, [bytes.Length], IsClean: false, ProviderEnding.Close);

    /// <summary>The strict parse of the final response.</summary>
    public StrictParse Reading { get; } = Read(Bytes, Method == "HEAD", Ending == ProviderEnding.Close);

    /// <summary>
    /// Whether other parses are also correct, because clients may accept a bare line feed as a line end (RFC 9112, section 2.2).
    /// </summary>
    public bool HasBareLineFeed { get; } = Encoding.Latin1.GetString(Bytes).Replace("\r\n", "", StringComparison.Ordinal).Contains('\n');

    private static StrictParse Read(byte[] bytes, bool isToHead, bool hasEnded)
    {
        var position = 0;
        while (true)
        {
            var parse = StrictParser.ParseResponse(bytes.AsSpan(position), isToHead, hasEnded);
            if (parse is not { Verdict: Verdict.Complete, Message.Status: < 200 and not 101 })
                return parse with { Length = position + parse.Length };
            position += parse.Length;
        }
    }
}

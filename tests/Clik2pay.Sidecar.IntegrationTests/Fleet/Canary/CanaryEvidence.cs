using System.Text;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Canary;

/// <summary>Everything that sidecar processes wrote or exposed.</summary>
internal sealed class CanaryEvidence
{
    /// <summary>Standard output and standard error of each process.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>Responses to callers and on the administration address.</summary>
    public List<string> Responses { get; } = [];

    public List<string> CommandLines { get; } = [];

    /// <summary>Names and values of all keys in Redis.</summary>
    public List<byte[]> Stored { get; } = [];

    /// <summary>The commands that Redis executed, once as MONITOR wrote them and once with its escapes decoded.</summary>
    public List<string> RedisCommands { get; } = [];

    /// <summary>Asserts that every source contains what is expected, so that an empty source cannot pass the search.</summary>
    public void AssertComplete()
    {
        string[] logged =
        [
            "Access token refreshed", "rejected the access token with 401", "Credentials refused", "shared through Redis",
            "Kestrel.Connections", "ok    credentials", "AccessDenied", "can read a command line", "is not valid. Use Sandbox",
            "the error is in line", "\"EventId\":1400",
        ];
        string[] responded =
        [
            "HTTP/1.1 200 OK", "caller_refused", "bad_request", "token_unavailable", "The sidecar is alive.",
            "clik2pay_sidecar_store_up{} 1", "\"tokenEndpoint\"", "Last refreshes",
        ];
        Assert.All(logged, text => Assert.Contains(Outputs, output => output.Contains(text, StringComparison.Ordinal)));
        Assert.All(responded, text => Assert.Contains(Responses, response => response.Contains(text, StringComparison.Ordinal)));
        Assert.All(CommandLines, line => Assert.Contains("clik2pay-sidecar\0run", line, StringComparison.Ordinal));
        Assert.All([":token", ":failure"], name => Assert.Contains(Stored, value => Text(value).EndsWith(name, StringComparison.Ordinal)));
        Assert.All(["\"EVAL\"", ":lease\""], text => Assert.Contains(text, RedisCommands[0], StringComparison.Ordinal));
    }

    /// <returns>Each secret that was found, with the source.</returns>
    public IReadOnlyList<string> Find(SecretSearch search)
    {
        (string Name, IEnumerable<string> Texts)[] sources =
        [
            ("output", Outputs),
            ("response", Responses),
            ("command line", CommandLines),
            ("Redis", Stored.Select(Text)),
            ("MONITOR", RedisCommands),
        ];
        return
        [
            .. sources.SelectMany(source => source.Texts.SelectMany(search.Find).Select(hit => $"{source.Name}: {hit}"))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    public override string ToString()
    {
        var lines = Outputs.Sum(output => output.Count(c => c == '\n') + 1);
        return $"{lines} lines of {Outputs.Count} processes, {Responses.Count} responses, {CommandLines.Count} command lines, "
            + $"{Stored.Count} names and values in Redis, {RedisCommands[0].Count(c => c == '\n')} Redis commands";
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Microsoft.AspNetCore.WebUtilities;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>A search that finds nothing proves nothing unless it can find.</summary>
public sealed class SecretSearchTests
{
    private const string Secret = "kX93bQ7mZp2LwT5v\"\\+/&% <>'=~?\u00e9Ab1";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SecretSearch Search = new([("other", "0123456789-0123456789"), ("password", Secret)]);

    [Fact]
    public void A_secret_is_found_as_it_is_and_named_but_not_quoted()
    {
        var found = Search.Find($"before {Secret} after");

        Assert.Contains("password: raw", found);
        Assert.All(found, line => Assert.StartsWith("password: ", line, StringComparison.Ordinal));
        Assert.All(found, line => Assert.DoesNotContain("kX93", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("percent-encoded")]
    [InlineData("in lower case")]
    [InlineData("form-encoded")]
    [InlineData("JSON-escaped")]
    [InlineData("JSON with backslashes")]
    [InlineData("JSON within JSON")]
    [InlineData("a query in JSON")]
    [InlineData("only what must be")]
    [InlineData("JSON in lower case")]
    public void Escapes_hide_no_secret(string how)
    {
        var text = how switch
        {
            "percent-encoded" => Uri.EscapeDataString(Secret),
            "in lower case" => WebUtility.UrlEncode(Secret).Replace("+", "%20", StringComparison.Ordinal).ToLowerInvariant(),
            "form-encoded" => WebUtility.UrlEncode(Secret),
            "JSON-escaped" => JsonSerializer.Serialize(Secret),
            "JSON with backslashes" => JsonSerializer.Serialize(Secret, Relaxed),
            "JSON within JSON" => JsonSerializer.Serialize(JsonSerializer.Serialize(Secret)),
            "a query in JSON" => JsonSerializer.Serialize($"/a?b={Uri.EscapeDataString(Secret)}&c"),
            "only what must be" => Secret.Replace("%", "%25", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal),
            _ => JsonSerializer.Serialize(Secret).ToLowerInvariant(),
        };

        // The part, which no encoder changes, is another needle: it must not be the only one that finds.
        Assert.Contains(Search.Find($"a=b&c={text};"), line => !line.Contains("part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    public void Base64_hides_no_secret_wherever_it_stands_in_what_was_encoded(int offset)
    {
        for (var behind = 0; behind < 3; behind++)
        {
            byte[] bytes = [.. RandomNumberGenerator.GetBytes(offset), .. Encoding.UTF8.GetBytes(Secret), .. RandomNumberGenerator.GetBytes(behind)];
            var latin1 = Convert.ToBase64String([.. RandomNumberGenerator.GetBytes(offset), .. Encoding.Latin1.GetBytes(Secret), .. RandomNumberGenerator.GetBytes(behind)]);

            Assert.Contains($"password: base64 at {offset % 3}", Search.Find($"Basic {Convert.ToBase64String(bytes)}"));
            Assert.Contains($"password: base64url at {offset % 3}", Search.Find($"eyJ.{WebEncoders.Base64UrlEncode(bytes)}.sig"));
            Assert.Contains($"password: base64 at {offset % 3} of Latin-1", Search.Find(latin1));
            Assert.NotEmpty(Search.Find(Uri.EscapeDataString(Convert.ToBase64String(bytes))));
            Assert.NotEmpty(Search.Find(JsonSerializer.Serialize(Convert.ToBase64String(bytes))));
        }
    }

    [Fact]
    public void Bytes_need_not_be_text()
    {
        Assert.Contains("password: bytes", Search.Find([0xff, 0, .. Encoding.UTF8.GetBytes(Secret), 0xfe]));
        Assert.Contains("password: raw", Search.Find([0xff, 0, .. Encoding.Latin1.GetBytes(Secret), 0xfe]));
        Assert.Equal(["password: hex"], Search.Find(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret))));
    }

    [Fact]
    public void A_part_of_a_secret_is_found() => Assert.Equal(["password: part"], Search.Find("xx" + Secret[..16] + "xx"));

    [Theory]
    [InlineData("")]
    [InlineData("an ordinary line, with 100% +/= \\ and %zz \\u00zz of nothing")]
    [InlineData("kX93bQ7mZp2LwT5 \"\\+/&% <>'=~?\u00e9Ab1")]
    [InlineData("X93bQ7mZp2LwT5v\"\\+/&% <>'=~?\u00e9Ab1")]
    [InlineData("0123456789-012345678")]
    public void Near_misses_are_none(string text)
    {
        Assert.Empty(Search.Find(text));
        Assert.Empty(Search.Find(Encoding.UTF8.GetBytes(text)));
        Assert.Empty(Search.Find(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        Assert.Empty(Search.Find(Uri.EscapeDataString(text)));
        Assert.Empty(Search.Find(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void A_secret_that_could_be_found_by_chance_is_not_looked_for() =>
        Assert.Throws<ArgumentException>(() => new SecretSearch([("short", "0123456789012345678")]));
}

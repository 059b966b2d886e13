using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Microsoft.AspNetCore.WebUtilities;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>The search finds a secret in every form.</summary>
public sealed class SecretSearchTests
{
    private const string Secret = "kX93bQ7mZp2LwT5v\"\\+/&% <>'=~?\u00e9Ab1";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SecretSearch Search = new([("other", "0123456789-0123456789"), ("password", Secret)]);

    [Fact]
    public void A_literal_secret_is_found_and_reported_by_its_name()
    {
        var found = Search.Find($"before {Secret} after");

        Assert.Contains("password: raw", found);
        Assert.All(found, line => Assert.StartsWith("password: ", line, StringComparison.Ordinal));
        Assert.All(found, line => Assert.DoesNotContain("kX93", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("percent-encoded")]
    [InlineData("percent-encoded in lower case")]
    [InlineData("form-encoded")]
    [InlineData("JSON-escaped")]
    [InlineData("JSON with backslashes")]
    [InlineData("JSON within JSON")]
    [InlineData("a query in JSON")]
    [InlineData("percent-encoded space and percent sign")]
    [InlineData("JSON in lower case")]
    public void An_escaped_secret_is_found(string how)
    {
        var text = how switch
        {
            "percent-encoded" => Uri.EscapeDataString(Secret),
            "percent-encoded in lower case" =>
                WebUtility.UrlEncode(Secret).Replace("+", "%20", StringComparison.Ordinal).ToLowerInvariant(),
            "form-encoded" => WebUtility.UrlEncode(Secret),
            "JSON-escaped" => JsonSerializer.Serialize(Secret),
            "JSON with backslashes" => JsonSerializer.Serialize(Secret, Relaxed),
            "JSON within JSON" => JsonSerializer.Serialize(JsonSerializer.Serialize(Secret)),
            "a query in JSON" => JsonSerializer.Serialize($"/a?b={Uri.EscapeDataString(Secret)}&c"),
            "percent-encoded space and percent sign" =>
                Secret.Replace("%", "%25", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal),
            _ => JsonSerializer.Serialize(Secret).ToLowerInvariant(),
        };

        // The search also looks for the part of the secret that no encoder changes. A hit on this part alone is not enough.
        Assert.Contains(Search.Find($"a=b&c={text};"), line => !line.Contains("part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    public void A_secret_in_base64_is_found_at_every_offset(int offset)
    {
        for (var trailing = 0; trailing < 3; trailing++)
        {
            var (before, after) = (RandomNumberGenerator.GetBytes(offset), RandomNumberGenerator.GetBytes(trailing));
            byte[] bytes = [.. before, .. Encoding.UTF8.GetBytes(Secret), .. after];
            var latin1 = Convert.ToBase64String([.. before, .. Encoding.Latin1.GetBytes(Secret), .. after]);

            Assert.Contains($"password: base64 at {offset % 3}", Search.Find($"Basic {Convert.ToBase64String(bytes)}"));
            Assert.Contains($"password: base64url at {offset % 3}", Search.Find($"eyJ.{WebEncoders.Base64UrlEncode(bytes)}.sig"));
            Assert.Contains($"password: base64 at {offset % 3} of Latin-1", Search.Find(latin1));
            Assert.NotEmpty(Search.Find(Uri.EscapeDataString(Convert.ToBase64String(bytes))));
            Assert.NotEmpty(Search.Find(JsonSerializer.Serialize(Convert.ToBase64String(bytes))));
        }
    }

    [Fact]
    public void A_secret_is_found_in_bytes_that_are_not_text()
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
    public void A_text_that_resembles_a_secret_is_not_reported(string text)
    {
        Assert.Empty(Search.Find(text));
        Assert.Empty(Search.Find(Encoding.UTF8.GetBytes(text)));
        Assert.Empty(Search.Find(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        Assert.Empty(Search.Find(Uri.EscapeDataString(text)));
        Assert.Empty(Search.Find(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void A_secret_that_is_too_short_to_search_for_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SecretSearch([("short", "0123456789012345678")]));
}

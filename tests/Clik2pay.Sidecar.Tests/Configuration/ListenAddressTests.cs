using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Tests.Configuration;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", true, "http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080", true, "http://127.0.0.1:8080")]
    [InlineData("http://[::1]:8080", true, "http://[::1]:8080")]
    [InlineData("http://127.9.9.9:8080", true, "http://127.9.9.9:8080")]
    [InlineData("http://unix:/run/sidecar.sock", true, "http://unix:/run/sidecar.sock")]
    [InlineData("http://*:9090", false, "http://*:9090")]
    [InlineData("http://+:9090", false, "http://*:9090")]
    [InlineData("http://0.0.0.0:9090", false, "http://0.0.0.0:9090")]
    [InlineData("http://[::]:9090", false, "http://*:9090")]
    [InlineData("http://10.0.0.1:9090", false, "http://10.0.0.1:9090")]
    public void Loopback_is_told_from_what_others_can_reach(string text, bool isLocal, string written)
    {
        var address = ListenAddress.TryParse(text);

        Assert.Equal(isLocal, address?.IsLocal);
        Assert.Equal(written, address?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("8080")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("https://127.0.0.1:8080")]
    [InlineData("http://127.0.0.1:8080/path")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://some.name:8080")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://[::1]")]
    [InlineData("http://unix:/")]
    [InlineData("http://unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public void Anything_else_is_no_address(string text) => Assert.Null(ListenAddress.TryParse(text));
}

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
    public void An_address_is_local_only_if_other_machines_cannot_reach_it(string text, bool isLocal, string written)
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
    public void Any_other_text_is_rejected(string text) => Assert.Null(ListenAddress.TryParse(text));

    [Fact]
    public void A_path_that_is_longer_than_the_system_allows_is_rejected() =>
        Assert.Null(ListenAddress.TryParse($"http://unix:/{new string('a', 120)}"));
}

using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.Tests.Redis;

public sealed class ClusterRedirectionTests
{
    private static readonly RedisEndpoint From = new("here", 1);

    [Theory]
    [InlineData("MOVED 3999 127.0.0.1:6381", "127.0.0.1:6381", false)]
    [InlineData("ASK 3999 node.example:6381", "node.example:6381", true)]
    [InlineData("MOVED 3999 ::1:6381", "[::1]:6381", false)]
    [InlineData("MOVED 3999 :6381", "here:6381", false)]
    [InlineData("MOVED 3999 ?:6381", "here:6381", false)]
    public void It_is_read_as_the_specification_has_it(string error, string endpoint, bool isAsk)
    {
        var redirection = ClusterRedirection.TryRead(error, From);

        Assert.Equal((endpoint, isAsk), ($"{redirection?.Endpoint}", redirection?.IsAsk));
    }

    [Theory]
    [InlineData("ERR no")]
    [InlineData("MOVED")]
    [InlineData("MOVED 3999")]
    [InlineData("MOVED 3999 host")]
    [InlineData("MOVED 3999 host:0")]
    [InlineData("MOVED 3999 host:65536")]
    [InlineData("MOVED 3999 host:-1")]
    [InlineData("moved 3999 host:1")]
    public void Anything_else_is_an_error(string error) => Assert.Null(ClusterRedirection.TryRead(error, From));
}

using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Configuration;

/// <summary>Both forms of a connection string, and what is said of one that is neither.</summary>
public sealed class RedisConnectionStringTests
{
    [Theory]
    [InlineData("redis.example", "redis.example:6379")]
    [InlineData("redis.example:7000", "redis.example:7000")]
    [InlineData("10.0.0.1:7000,10.0.0.2:7001", "10.0.0.1:7000, 10.0.0.2:7001")]
    [InlineData("[::1]:7000", "[::1]:7000")]
    [InlineData("::1", "[::1]:6379")]
    [InlineData("redis.example,ssl=true", "redis.example:6380, TLS")]
    [InlineData("redis.example:7000,ssl=True,sslHost=other.example", "redis.example:7000, TLS")]
    [InlineData("a,b:7000,10.0.0.1,serviceName=mymaster", "a:26379, b:7000, 10.0.0.1:26379 (Sentinel, service mymaster)")]
    [InlineData("redis.example,defaultDatabase=3", "redis.example:6379, database 3")]
    [InlineData("merchant.redis.cache.windows.net:6380,password=canary=,ssl=True,abortConnect=False", "merchant.redis.cache.windows.net:6380, TLS")]
    [InlineData(" redis.example , ssl = true ", "redis.example:6380, TLS")]
    [InlineData("redis://redis.example", "redis.example:6379")]
    [InlineData("redis://redis.example:7000/", "redis.example:7000")]
    [InlineData("redis://redis.example/5", "redis.example:6379, database 5")]
    [InlineData("rediss://:canary@redis.example:7000/5", "redis.example:7000, TLS, database 5")]
    [InlineData("REDISS://redis.example:7000", "redis.example:7000, TLS")]
    [InlineData("redis://[::1]:7000", "[::1]:7000")]
    public void It_leads_where_it_says(string text, string where) => Assert.Equal(where, Read(text).ToString());

    [Theory]
    [InlineData("r,password=p", null, "p")]
    [InlineData("r,user=u,password=p=q:/@", "u", "p=q:/@")]
    [InlineData("r,User=u,PASSWORD=p", "u", "p")]
    [InlineData("redis://:p@r", null, "p")]
    [InlineData("redis://u:p@r", "u", "p")]
    [InlineData("redis://u:p%2Cq%3Dr%3A%2F%40%23%25@r", "u", "p,q=r:/@#%")]
    [InlineData("redis://u:p:q@r", "u", "p:q")]
    [InlineData("redis://u:p%C3%A9@r", "u", "pé")]
    [InlineData("redis://r", null, null)]
    public void It_says_who_we_are(string text, string? user, string? password)
    {
        var options = Read(text);

        Assert.Equal((user, password), (options.Login.User, options.Login.Password));
        Assert.DoesNotContain("p", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=canary", "names no host")]
    [InlineData("r,password=can,ary", "needs the form redis://")]
    [InlineData("r,password=can,ary=canary", "Does the password contain a comma?")]
    [InlineData("r,passwort=canary", "an option that there is not")]
    [InlineData("r,password=canary,password=canary", "given twice")]
    [InlineData("r,ssl=yes", "ssl is neither")]
    [InlineData("r,sslHost=canary", "without ssl=true")]
    [InlineData("r,sslProtocols=tls12,ssl=true", "an option that there is not")]
    [InlineData("r,defaultDatabase=-1", "not a number")]
    [InlineData("r,user=canary", "user without a password")]
    [InlineData("r:canary", "not of the form host:port")]
    [InlineData("r:0", "not of the form host:port")]
    [InlineData("r:65536", "not of the form host:port")]
    [InlineData("can ary:6379", "not of the form host:port")]
    [InlineData("r:6379,canary,ssl=true", "Is it a password without")]
    [InlineData("r:6379,can.ary,ssl=true", "Is it a password without")]
    [InlineData("redis://canary:@r", "redis://:password@host")]
    [InlineData("redis://canary:0", "not an address")]
    [InlineData("http://canary", "not of the form host:port")]
    [InlineData("redis-sentinel://canary", "not of the form host:port")]
    [InlineData("redis://", "not an address")]
    [InlineData("redis://canary@r", "redis://:password@host")]
    [InlineData("redis://u:can/ary@r", "%2F")]
    [InlineData("redis://u:can#ary@r", "not an address")]
    [InlineData("redis://u:can?ary@r", "not an address")]
    [InlineData("redis://u:1/canary@r", "%2F")]
    [InlineData("redis://u:1#canary@r", "not an address")]
    [InlineData("redis://u:1?canary@r", "written %3F")]
    [InlineData("redis://r/canary", "not the number of a database")]
    [InlineData("redis://r?ssl=true", "TLS is rediss://")]
    [InlineData("r;password=canary", "with commas between")]
    [InlineData("redis://r,canary", "not an address")]
    [InlineData("redis://r:6379,s:6379", "not an address")]
    public void What_is_wrong_is_told_and_nothing_of_it_quoted(string text, string mistake)
    {
        Assert.Null(RedisConnectionString.TryRead(text, out var told));

        Assert.Contains(mistake, told, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
        Assert.DoesNotContain("ary", told!.Replace("secondary", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void It_may_lie_in_a_file()
    {
        using var folder = new TemporaryFolder();
        var redis = ReadSettings(out var mistakes, ("Redis:ConnectionStringFile", folder.Write("redis", "redis.example,password=p\n")));

        Assert.Empty(mistakes);
        Assert.Equal(("redis.example:6379", "p"), ($"{redis}", redis?.Login.Password));
    }

    [Theory]
    [InlineData("Redis:CaFile", "/nowhere/ca.pem", "the file /nowhere/ca.pem does not exist")]
    [InlineData("Redis:CaFile", "/dev/null", "contains no certificate")]
    [InlineData("Redis:KeyPrefix", "a b", "another character that a key's name")]
    [InlineData("Redis:KeyPrefix", "{}", "another character that a key's name")]
    [InlineData("Redis:ConnectionStringFile", "/nowhere/redis", "given more than once")]
    [InlineData("Redis:Password", "canary", "there is no such setting")]
    public void What_else_is_wrong_in_the_section_is_told(string key, string value, string mistake)
    {
        Assert.Null(ReadSettings(out var mistakes, ("Redis:ConnectionString", "redis.example,ssl=true"), (key, value)));

        Assert.Contains(mistake, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis.example")]
    [InlineData("")]
    public void An_authority_without_TLS_is_a_mistake(string connectionString)
    {
        ReadSettings(out var mistakes, ("Redis:ConnectionString", connectionString), ("Redis:CaFile", "/etc/ssl/certs/ca-certificates.crt"));

        Assert.StartsWith("Redis:CaFile: it has no effect without", Assert.Single(mistakes), StringComparison.Ordinal);
    }

    private static RedisOptions Read(string text)
    {
        var options = RedisConnectionString.TryRead(text, out var mistake);
        Assert.Null(mistake);
        return options!;
    }

    private static RedisOptions? ReadSettings(out IReadOnlyList<string> mistakes, params (string Key, string? Value)[] settings)
    {
        var values = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token"));
        foreach (var (key, value) in settings)
            values[key] = value;
        return Settings.TryRead(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), out mistakes)?.Redis;
    }
}

using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Tests.Redis.Options;

/// <summary>Both forms of a connection string, and the errors for invalid ones.</summary>
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
    [InlineData("m.redis.cache.windows.net:6380,password=canary=,ssl=True,abortConnect=False", "m.redis.cache.windows.net:6380, TLS")]
    [InlineData("m.redis.cache.windows.net:6380,password=canary=", "m.redis.cache.windows.net:6380, TLS")]
    [InlineData("m.redis.cache.windows.net:6379,password=canary=", "m.redis.cache.windows.net:6379")]
    [InlineData(" redis.example , ssl = true ", "redis.example:6380, TLS")]
    [InlineData("redis://redis.example", "redis.example:6379")]
    [InlineData("redis://redis.example:7000/", "redis.example:7000")]
    [InlineData("redis://redis.example/5", "redis.example:6379, database 5")]
    [InlineData("rediss://:canary@redis.example:7000/5", "redis.example:7000, TLS, database 5")]
    [InlineData("REDISS://redis.example:7000", "redis.example:7000, TLS")]
    [InlineData("redis://[::1]:7000", "[::1]:7000")]
    public void A_connection_string_sets_hosts_and_options(string text, string expected) =>
        Assert.Equal(expected, Read(text).ToString());

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
    public void A_connection_string_contains_the_login(string text, string? user, string? password)
    {
        var options = Read(text);

        Assert.Equal((user, password), (options.Login.User, options.Login.Password));
        Assert.DoesNotContain("p", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password=canary", "the host is missing")]
    [InlineData("r;password=canary", "with commas between")]
    [InlineData("r,password=can,ary", "use the form redis://")]
    [InlineData("r,password=can,ary=canary", "If the password contains a comma")]
    [InlineData("r,password=can,$ary=canary", "an option that begins with $ is not supported")]
    [InlineData("r,passwort=canary", "unknown option at position 2. ")]
    [InlineData("r,password=can,=canary", "unknown option at position 3. ")]
    [InlineData("r,password=canary,Password=canary", "password is given twice")]
    [InlineData("r,ssl=yes", "the value of ssl is not valid. Write true or false.")]
    [InlineData("r,ssl=canary", "the value of ssl is not valid. Write true or false.")]
    [InlineData("r,ssl=", "the value of ssl is not valid")]
    [InlineData("r,sslHost=canary", "without ssl=true")]
    [InlineData("r,sslProtocols=tls12,ssl=true", "sslProtocols is not supported")]
    [InlineData("r,defaultDatabase=-1", "the value of defaultDatabase is not valid. Write 0 or")]
    [InlineData("r,defaultDatabase=canary", "the value of defaultDatabase is not valid. Write 0 or")]
    [InlineData("r,sentinelUser=canary", "sentinelUser has no effect without serviceName")]
    [InlineData("r,sentinelPassword=canary", "sentinelPassword has no effect without serviceName")]
    [InlineData("r:canary", "not of the form host:port")]
    [InlineData("r:0", "not of the form host:port")]
    [InlineData("r:-1", "not of the form host:port")]
    [InlineData("r:65536", "not of the form host:port")]
    [InlineData("can ary:6379", "not of the form host:port")]
    [InlineData("!/canary.sock", "not of the form host:port")]
    [InlineData("r:6379,canary,ssl=true", "Write password= before a password")]
    [InlineData("r:6379,can.ary,ssl=true", "Write password= before a password")]
    [InlineData("r,password= ", "password contains only white space.")]
    [InlineData("r,user=canary, Password =\u00a0,ssl=true", "password contains only white space.")]
    [InlineData("r,user= ,password=canary", "user contains only white space.")]
    [InlineData("r,serviceName=m,sentinelPassword= ", "sentinelPassword contains only white space.")]
    [InlineData("redis://canary:%20%20@r", "the user or the password contains only white space.")]
    [InlineData("redis://canary:%C2%A0@r", "the user or the password contains only white space.")]
    [InlineData("redis://%20:canary@r", "the user or the password contains only white space.")]
    [InlineData("redis://canary:0", "not a valid address")]
    [InlineData("http://canary", "not of the form host:port")]
    [InlineData("redis-sentinel://canary", "not of the form host:port")]
    [InlineData("redis://", "not a valid address")]
    [InlineData("redis://u:can/ary@r", "%2F")]
    [InlineData("redis://u:can#ary@r", "not a valid address")]
    [InlineData("redis://u:can?ary@r", "not a valid address")]
    [InlineData("redis://u:1/canary@r", "%2F")]
    [InlineData("redis://u:1#canary@r", "not a valid address")]
    [InlineData("redis://u:1?canary@r", "write ? as %3F")]
    [InlineData("redis://r/canary", "not a valid database number")]
    [InlineData("redis://r?ssl=true", "Write rediss:// for TLS")]
    [InlineData("redis://r,canary", "not a valid address")]
    [InlineData("redis://r:6379,s:6379", "not a valid address")]
    public void An_invalid_connection_string_is_refused_and_not_quoted(string text, string reason)
    {
        Assert.Null(RedisConnectionStringReader.TryRead(text, out var error));

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r,sentinelUser=u,sentinelPassword=p,serviceName=m", "u", "p")]
    [InlineData("r,SENTINELPASSWORD=p,serviceName=m,user=v,password=q", null, "p")]
    public void A_connection_string_can_contain_the_login_of_the_Sentinels(string text, string? user, string? password)
    {
        var login = Read(text).SentinelLogin;

        Assert.Equal((user, password), (login?.User, login?.Password));
    }

    [Fact]
    public void The_login_of_Redis_is_not_used_for_the_Sentinels() =>
        Assert.Null(Read("r,serviceName=m,user=u,password=p").SentinelLogin);

    private static RedisOptions Read(string text)
    {
        var options = RedisConnectionStringReader.TryRead(text, out var error);
        Assert.Null(error);
        return options!;
    }
}

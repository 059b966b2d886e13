using System.Text;
using Clik2pay.Sidecar.Requests.DuplicatePayments;

namespace Clik2pay.Sidecar.Tests.Requests.DuplicatePayments;

/// <summary>Bodies with and without a valid merchantTransactionId.</summary>
public sealed class MerchantTransactionIdTests
{
    [Theory]
    [InlineData("""{"merchantTransactionId":"order6"}""")]
    [InlineData("""{"merchantTransactionId":"12345678901234567890123456789012"}""")]
    [InlineData(" \r\n\t{ \"amount\" : 1.50 , \"merchantTransactionId\" : \"order-1001\" , \"payer\" : { } } \n")]
    [InlineData("""{"payer":{"merchantTransactionId":null},"merchantTransactionId":"order-1001","items":[{"merchantTransactionId":1}]}""")]
    [InlineData("""{"merchantTransaction\u0049d":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId":"\u0061\u0062\u0063\u0064\u0065\u0066"}""")]
    [InlineData("""{"merchantTransactionId":"éééééé"}""")]
    [InlineData("""{"merchantTransactionId":"ééééééééééééééééééééééééééééééée"}""")]
    [InlineData("""{"merchantTransactionId":"\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00"}""")]
    [InlineData("""{"merchantTransactionId":"\u200border\u0007 1"}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransact\u00efonId":null}""")]
    [InlineData("\ufeff{\"merchantTransactionId\":\"order-1001\"}")]
    public void A_body_with_one_id_of_6_to_32_characters_is_valid(string body) =>
        Assert.True(MerchantTransactionId.IsValidIn(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\ufeff")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"merchantTransactionId\"")]
    [InlineData("""[{"merchantTransactionId":"order-1001"}]""")]
    [InlineData("""{"data":{"merchantTransactionId":"order-1001"}}""")]
    [InlineData("""{"data":[{"merchantTransactionId":"order-1001"}]}""")]
    [InlineData("""{"a":"merchantTransactionId"}""")]

    // Length and type of the value.
    [InlineData("""{"merchantTransactionId":"12345"}""")]
    [InlineData("""{"merchantTransactionId":"123456789012345678901234567890123"}""")]
    [InlineData("""{"merchantTransactionId":"ééééé"}""")]
    [InlineData("""{"merchantTransactionId":"\ud83d\ude00\ud83d\ude00\ud83d\ude00"}""")]
    [InlineData("""{"merchantTransactionId":""}""")]
    [InlineData("""{"merchantTransactionId":"        "}""")]
    [InlineData("""{"merchantTransactionId":null}""")]
    [InlineData("""{"merchantTransactionId":1234567}""")]
    [InlineData("""{"merchantTransactionId":true}""")]
    [InlineData("""{"merchantTransactionId":["order-1001"]}""")]
    [InlineData("""{"merchantTransactionId":{"merchantTransactionId":"order-1001"}}""")]
    [InlineData("""{"merchantTransactionId":"order-1001\ud83d"}""")]

    // Other spellings, and repeated members.
    [InlineData("""{"merchanttransactionid":"order-1001"}""")]
    [InlineData("""{"merchantTransactionID":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId ":"order-1001"}""")]
    [InlineData("""{"merchant_transaction_id":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransactionId":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransactionId":null}""")]
    [InlineData("""{"merchantTransactionId":null,"merchantTransactionId":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransaction\u0049d":""}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","MERCHANTTRANSACTIONID":null}""")]
    [InlineData("""{"MerchantTransactionId":null,"merchantTransactionId":"order-1001"}""")]

    // Java's equalsIgnoreCase and Go's encoding/json treat a long s as s, and Java a dotless i as i.
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTran\u017factionId":null}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransact\u0131onId":null}""")]
    [InlineData("""{"MERCHANTTRAN\u017fACT\u0131ONID":null,"merchantTransactionId":"order-1001"}""")]
    [InlineData("""{"merchantTransactionId":"order-1001","merchantTransact\u0130onId":null}""")]
    [InlineData("""{"merchantTran\u017factionId":"order-1001"}""")]

    // No visible character.
    [InlineData("""{"merchantTransactionId":"\u0000\u0000\u0000\u0000\u0000\u0000"}""")]
    [InlineData("""{"merchantTransactionId":"\u00a0\u2003\u0009\ufeff\u2060\u00ad\u0085"}""")]
    [InlineData("""{"merchantTransactionId":"\u200b\u200b\u200b\u200b\u200b\u200b"}""")]

    // Not one JSON value.
    [InlineData("""{"merchantTransactionId":"order-1001"}{}""")]
    [InlineData("""{"merchantTransactionId":"order-1001"} {"amount":1}""")]
    [InlineData("""{"merchantTransactionId":"order-1001"}x""")]
    [InlineData("""{"merchantTransactionId":"order-1001"},""")]
    [InlineData("""{"merchantTransactionId":"order-1001",}""")]
    [InlineData("""{"merchantTransactionId":"order-1001" """)]
    [InlineData("""{"merchantTransactionId":"order-1001","a":tru}""")]
    [InlineData("""{"merchantTransactionId":"order-1001",/* */"a":1}""")]
    [InlineData("""{'merchantTransactionId':'order-1001'}""")]
    [InlineData("""{merchantTransactionId:"order-1001"}""")]
    [InlineData("""merchantTransactionId=order-1001""")]
    [InlineData("""{"merchantTransactionId":"order-1001","\ud83d":1}""")]
    [InlineData("{\"merchantTransactionId\":\"order\n1001\"}")]
    [InlineData("\ufeff\ufeff{\"merchantTransactionId\":\"order-1001\"}")]
    public void Any_other_body_is_not_valid(string body) => Assert.False(MerchantTransactionId.IsValidIn(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void A_body_in_another_encoding_is_not_valid(string encoding)
    {
        const string json = """{"merchantTransactionId":"order-1001"}""";
        var encoded = Encoding.GetEncoding(encoding);

        Assert.False(MerchantTransactionId.IsValidIn(encoded.GetBytes(json)));
        Assert.False(MerchantTransactionId.IsValidIn([.. encoded.GetPreamble(), .. encoded.GetBytes(json)]));
    }

    [Fact]
    public void A_body_that_is_not_UTF_8_is_not_valid() =>
        Assert.False(MerchantTransactionId.IsValidIn(Encoding.Latin1.GetBytes("""{"merchantTransactionId":"order-1001","a":"é"}""")));

    [Fact]
    public void A_body_that_is_nested_too_deeply_is_not_valid()
    {
        var nested = new string('[', 100) + new string(']', 100);
        var body = $$"""{"merchantTransactionId":"order-1001","a":{{nested}}}""";

        Assert.False(MerchantTransactionId.IsValidIn(Encoding.UTF8.GetBytes(body)));
    }
}

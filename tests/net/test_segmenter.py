import pytest
import torch

from lvm.net.segmenter import CLASSES, Segmenter, SegmenterConfig

SMALL = SegmenterConfig(lead_channels=3, channels=(4, 6, 8), kernel=5)


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = Segmenter(SMALL)
    for _ in range(3):  # so that its normalisation has seen something
        net(torch.randn(4, 12, 512))
    return net.eval()


def test_four_logits_at_half_the_rate(net):
    assert net(torch.randn(2, 12, 256)).shape == (2, len(CLASSES), 128)
    assert net(torch.randn(1, 7, 64)).shape == (1, 4, 32)
    assert SMALL.multiple == 8
    assert SegmenterConfig().multiple == 32


def test_fused_network_says_the_same(net):
    fused, signal = net.fused(), torch.randn(2, 12, 256)
    with torch.inference_mode():
        torch.testing.assert_close(fused(signal), net(signal), rtol=1e-4, atol=1e-5)
    assert not [name for name in fused.state_dict() if "norm" in name]
    assert sum(p.numel() for p in fused.parameters()) < sum(p.numel() for p in net.parameters()) + 200


def test_order_of_leads_does_not_matter(net):
    signal = torch.randn(1, 12, 256)
    with torch.inference_mode():
        torch.testing.assert_close(net(signal.flip(1)), net(signal), rtol=1e-4, atol=1e-5)


def test_leads_are_summed_up_by_mean_maximum_and_variance(net):
    """With one lead, mean and maximum are that lead's and the variance is zero; repeated leads change nothing."""
    one = torch.randn(1, 1, 256)
    with torch.inference_mode():
        torch.testing.assert_close(net(one.repeat(1, 12, 1)), net(one), rtol=1e-4, atol=1e-5)
        each = net.lead(one).reshape(1, 1, 3, 128)
        fused = net.fuse(torch.cat([each.mean(1), each.amax(1), torch.zeros(1, 3, 128)], 1))
        assert fused.shape == (1, 4, 128)


def test_config_survives_json():
    assert SegmenterConfig.from_dict(SMALL.as_dict() | {"channels": [4, 6, 8]}) == SMALL

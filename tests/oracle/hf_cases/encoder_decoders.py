"""Encoders with decoders, of text and speech. Sizes as published on huggingface.co."""
import torch

from hf_cases import case

LENGTHS = "batch=2 seq=32 source_len=64"


def texts(source=64, target=32, batch=2):
    return lambda: {"input_ids": torch.zeros(batch, source, dtype=torch.long),
                    "decoder_input_ids": torch.zeros(batch, target, dtype=torch.long)}


RUN = {"inputs": texts(), "set": LENGTHS}


def t5(architecture, model=512, kv=64, ffn=2048, layers=6, heads=8, model_type="t5", vocab=32128, **more):
    return case(model_type, architecture, **RUN, **{
        "d_ff": ffn, "d_kv": kv, "d_model": model, "decoder_start_token_id": 0, "dropout_rate": 0.1,
        "eos_token_id": 1, "initializer_factor": 1.0, "is_encoder_decoder": True, "layer_norm_epsilon": 1e-6,
        "n_positions": 512, "num_heads": heads, "num_layers": layers, "output_past": True, "pad_token_id": 0,
        "relative_attention_num_buckets": 32, "vocab_size": vocab,
        "task_specific_params": {"summarization": {"early_stopping": True, "max_length": 200, "num_beams": 4}},
        **more})


GATED = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False, "num_decoder_layers": 0}


def v11(architecture, layers=8, **more):
    return t5(architecture, layers=layers, **{**GATED, "num_decoder_layers": layers, **more})


def bart(architecture, model_type="bart", model=1024, layers=12, heads=16, ffn=4096, vocab=50265, **more):
    return case(model_type, architecture, **{**RUN, **{k: more.pop(k) for k in ("inputs", "set") if k in more}}, **{
        "activation_dropout": 0.1, "activation_function": "gelu", "add_bias_logits": False,
        "add_final_layer_norm": False, "attention_dropout": 0.1, "bos_token_id": 0, "classif_dropout": 0.1,
        "classifier_dropout": 0.0, "d_model": model, "decoder_attention_heads": heads, "decoder_ffn_dim": ffn,
        "decoder_layerdrop": 0.0, "decoder_layers": layers, "decoder_start_token_id": 2, "dropout": 0.1,
        "encoder_attention_heads": heads, "encoder_ffn_dim": ffn, "encoder_layerdrop": 0.0, "encoder_layers": layers,
        "eos_token_id": 2, "forced_eos_token_id": 2, "init_std": 0.02, "is_encoder_decoder": True,
        "max_position_embeddings": 1024, "normalize_before": False, "num_hidden_layers": layers, "pad_token_id": 1,
        "scale_embedding": False, "use_cache": True, "vocab_size": vocab, **more})


PRE = {"normalize_before": True, "add_final_layer_norm": True, "scale_embedding": True}


def marian(vocab=58101, **more):
    return bart("MarianMTModel", "marian", model=512, layers=6, heads=8, ffn=2048, vocab=vocab, **{
        "activation_function": "swish", "bad_words_ids": [[58100]], "decoder_start_token_id": vocab - 1,
        "decoder_vocab_size": vocab, "max_position_embeddings": 512, "normalize_embedding": False,
        "pad_token_id": vocab - 1, "share_encoder_decoder_embeddings": True, "static_position_embeddings": True,
        "scale_embedding": True, **more})


def speech(mels=80, frames=3000, target=32, batch=2):
    return lambda: {"input_features": torch.zeros(batch, mels, frames),
                    "decoder_input_ids": torch.zeros(batch, target, dtype=torch.long)}


def whisper(model, layers, heads, mels=80, vocab=51865, decoder_layers=None, architecture="WhisperForConditionalGeneration",
            **more):
    return case("whisper", architecture, speech(mels), "batch=2 seq=32", **{
        "activation_dropout": 0.0, "activation_function": "gelu", "apply_spec_augment": False,
        "attention_dropout": 0.0, "bos_token_id": 50257, "classifier_proj_size": 256, "d_model": model,
        "decoder_attention_heads": heads, "decoder_ffn_dim": 4 * model, "decoder_layerdrop": 0.0,
        "decoder_layers": decoder_layers or layers, "decoder_start_token_id": 50258, "dropout": 0.0,
        "encoder_attention_heads": heads, "encoder_ffn_dim": 4 * model, "encoder_layerdrop": 0.0,
        "encoder_layers": layers, "eos_token_id": 50257, "init_std": 0.02, "is_encoder_decoder": True,
        "mask_feature_length": 10, "mask_time_prob": 0.05, "max_source_positions": 1500, "max_target_positions": 448,
        "median_filter_width": 7, "num_hidden_layers": layers, "num_mel_bins": mels, "pad_token_id": 50257,
        "scale_embedding": False, "use_cache": True, "use_weighted_layer_sum": False, "vocab_size": vocab,
        "torch_dtype": "float16", **more})


CASES = {
    "t5-small": t5("T5ForConditionalGeneration"),
    "t5-base": t5("T5ForConditionalGeneration", 768, 64, 3072, 12, 12),
    "t5-large": t5("T5ForConditionalGeneration", 1024, 64, 4096, 24, 16),
    "t5-3b": t5("T5ForConditionalGeneration", 1024, 128, 16384, 24, 32),
    "t5-11b": t5("T5ForConditionalGeneration", 1024, 128, 65536, 24, 128),
    "t5-v1_1-base": v11("T5ForConditionalGeneration", model=768, ffn=2048, layers=12, heads=12),
    "t5-v1_1-xl": v11("T5ForConditionalGeneration", model=2048, ffn=5120, layers=24, heads=32,
                      dense_act_fn="gelu_new", is_gated_act=True),
    "flan-t5-small": v11("T5ForConditionalGeneration", ffn=1024, heads=6),
    "flan-t5-xxl": v11("T5ForConditionalGeneration", model=4096, ffn=10240, layers=24, heads=64),
    "t5-encoder": case("t5", "T5EncoderModel", lambda: {"input_ids": torch.zeros(2, 128, dtype=torch.long)},
                       "batch=2 seq=128", d_ff=10240, d_kv=64, d_model=4096, num_heads=64, num_layers=24,
                       vocab_size=32128, feed_forward_proj="gated-gelu", relative_attention_max_distance=128,
                       tie_word_embeddings=False, is_encoder_decoder=True),
    "t5-model": t5("T5Model"),
    "t5-deeper-encoder": t5("T5ForConditionalGeneration", num_decoder_layers=3),
    "mt5-small": v11("MT5ForConditionalGeneration", model_type="mt5", vocab=250112, ffn=1024, heads=6,
                     tokenizer_class="T5Tokenizer"),
    "mt5-base": v11("MT5ForConditionalGeneration", model_type="mt5", vocab=250112, model=768, layers=12, heads=12),
    "umt5-small": v11("UMT5ForConditionalGeneration", model_type="umt5", vocab=256384, ffn=1024, heads=6),
    "bart-base": bart("BartModel", model=768, layers=6, heads=12, ffn=3072),
    "bart-large": bart("BartForConditionalGeneration"),
    "bart-large-cnn": bart("BartForConditionalGeneration", vocab=50264),
    "bart-large-mnli": bart("BartForSequenceClassification", id2label={"0": "a", "1": "b", "2": "c"}, inputs=None),
    "distilbart-cnn-12-6": bart("BartForConditionalGeneration", vocab=50264, decoder_layers=6),
    "mbart-large-50": bart("MBartForConditionalGeneration", "mbart", vocab=250054, **PRE),
    "mbart-large-cc25": bart("MBartForConditionalGeneration", "mbart", vocab=250027, **PRE),
    "pegasus-large": bart("PegasusForConditionalGeneration", "pegasus", layers=16, vocab=96103,
                          activation_function="relu", static_position_embeddings=True, extra_pos_embeddings=1, **PRE),
    "pegasus-xsum": bart("PegasusForConditionalGeneration", "pegasus", layers=16, vocab=96103,
                         activation_function="relu", static_position_embeddings=True, max_position_embeddings=512,
                         **PRE),
    "opus-mt-en-de": marian(),
    "opus-mt-separate": marian(decoder_vocab_size=30001, pad_token_id=0, share_encoder_decoder_embeddings=False,
                               tie_word_embeddings=False),
    "m2m100-418m": bart("M2M100ForConditionalGeneration", "m2m_100", vocab=128112, activation_function="relu",
                        **PRE),
    "nllb-200-3.3b": bart("M2M100ForConditionalGeneration", "m2m_100", model=2048, layers=24, ffn=8192, vocab=256206,
                          activation_function="relu", **PRE),
    "blenderbot-400m": bart("BlenderbotForConditionalGeneration", "blenderbot", model=1280, heads=32, layers=12,
                            ffn=5120, vocab=8008, encoder_layers=2, num_hidden_layers=2, max_position_embeddings=128, **PRE),
    "whisper-tiny": whisper(384, 4, 6),
    "whisper-base": whisper(512, 6, 8),
    "whisper-small": whisper(768, 12, 12),
    "whisper-medium": whisper(1024, 24, 16),
    "whisper-large-v2": whisper(1280, 32, 20),
    "whisper-large-v3": whisper(1280, 32, 20, 128, 51866),
    "whisper-large-v3-turbo": whisper(1280, 32, 20, 128, 51866, 4),
    "distil-large-v3": whisper(1280, 32, 20, 128, 51866, 2),
    "whisper-model": whisper(384, 4, 6, architecture="WhisperModel"),
}

"""Encoders of text: BERT and its kin. Sizes as published on huggingface.co."""
from hf_cases import case, tokens

RUN = {"inputs": tokens(), "set": "batch=2 seq=128"}


def bert(architecture, model_type="bert", hidden=768, layers=12, heads=12, ffn=3072, vocab=30522, **more):
    return case(model_type, architecture, **RUN, **{
        "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": hidden,
        "initializer_range": 0.02, "intermediate_size": ffn, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
        "num_attention_heads": heads, "num_hidden_layers": layers, "pad_token_id": 0, "type_vocab_size": 2,
        "vocab_size": vocab, **more})


def roberta(architecture, model_type="roberta", **more):
    return bert(architecture, model_type, **{"vocab": 50265, "max_position_embeddings": 514, "type_vocab_size": 1,
                                             "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
                                             "layer_norm_eps": 1e-5, **more})


LARGE = {"hidden": 1024, "layers": 24, "heads": 16, "ffn": 4096}


def distilbert(architecture, **more):
    return case("distilbert", architecture, **RUN, **{
        "activation": "gelu", "attention_dropout": 0.1, "dim": 768, "dropout": 0.1, "hidden_dim": 3072,
        "initializer_range": 0.02, "max_position_embeddings": 512, "n_heads": 12, "n_layers": 6, "pad_token_id": 0,
        "qa_dropout": 0.1, "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": False, "tie_weights_": True,
        "vocab_size": 30522, **more})


def albert(architecture, **more):
    return case("albert", architecture, **RUN, **{
        "attention_probs_dropout_prob": 0, "bos_token_id": 2, "classifier_dropout_prob": 0.1, "down_scale_factor": 1,
        "embedding_size": 128, "eos_token_id": 3, "gap_size": 0, "hidden_act": "gelu_new", "hidden_dropout_prob": 0,
        "hidden_size": 768, "initializer_range": 0.02, "inner_group_num": 1, "intermediate_size": 3072,
        "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "net_structure_type": 0, "num_attention_heads": 12,
        "num_hidden_groups": 1, "num_hidden_layers": 12, "num_memory_blocks": 0, "pad_token_id": 0,
        "type_vocab_size": 2, "vocab_size": 30000, **more})


def electra(architecture, **more):
    return bert(architecture, "electra", **{"embedding_size": 768, "summary_activation": "gelu",
                                            "summary_last_dropout": 0.1, "summary_type": "first",
                                            "summary_use_proj": True, **more})


def deberta(architecture, **more):
    return bert(architecture, "deberta", **{
        "vocab": 50265, "type_vocab_size": 0, "layer_norm_eps": 1e-7, "relative_attention": True,
        "max_relative_positions": -1, "position_biased_input": False, "pos_att_type": ["c2p", "p2c"],
        "pooler_dropout": 0, "pooler_hidden_act": "gelu", "padding_idx": 0, **more})


def deberta_v2(architecture, **more):
    return bert(architecture, "deberta-v2", **{
        "vocab": 128100, "type_vocab_size": 0, "layer_norm_eps": 1e-7, "relative_attention": True,
        "max_relative_positions": -1, "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": True,
        "pos_att_type": "p2c|c2p", "position_biased_input": False, "pooler_dropout": 0, "pooler_hidden_act": "gelu",
        **more})


CASES = {
    "bert-base-uncased": bert("BertForMaskedLM", gradient_checkpointing=False, position_embedding_type="absolute",
                              transformers_version="4.6.0.dev0", use_cache=True),
    "bert-large-uncased": bert("BertForMaskedLM", **LARGE),
    "bert-base-multilingual-cased": bert("BertForMaskedLM", vocab=119547, directionality="bidi", pooler_fc_size=768,
                                         pooler_num_attention_heads=12, pooler_num_fc_layers=3,
                                         pooler_size_per_head=128, pooler_type="first_token_transform"),
    "bert-pretraining": bert("BertForPreTraining"),
    "bert-next-sentence": bert("BertForNextSentencePrediction"),
    "bert-model": bert("BertModel", vocab=28996),
    "bert-ner": bert("BertForTokenClassification", vocab=28996, id2label={str(i): f"L{i}" for i in range(9)},
                     label2id={f"L{i}": i for i in range(9)}),
    "bert-squad": bert("BertForQuestionAnswering", **LARGE),
    "bert-sentiment": bert("BertForSequenceClassification", vocab=105879,
                           id2label={str(i): f"{i + 1} stars" for i in range(5)}),
    "bert-choice": case("bert", "BertForMultipleChoice", None, hidden_size=768, num_hidden_layers=12,
                        num_attention_heads=12, intermediate_size=3072, vocab_size=30522),
    "bert-tiny": bert("BertForMaskedLM", hidden=128, layers=2, heads=2, ffn=512),
    "minilm-l6": bert("BertModel", hidden=384, layers=6, heads=12, ffn=1536),
    "bert-defaults": case("bert", "BertModel", **RUN),
    "roberta-base": roberta("RobertaForMaskedLM"),
    "roberta-large": roberta("RobertaForMaskedLM", **LARGE),
    "roberta-large-mnli": roberta("RobertaForSequenceClassification", **LARGE,
                                  id2label={"0": "CONTRADICTION", "1": "NEUTRAL", "2": "ENTAILMENT"}),
    "roberta-ner": roberta("RobertaForTokenClassification", id2label={str(i): f"L{i}" for i in range(5)}),
    "roberta-model": roberta("RobertaModel"),
    "distilroberta-base": roberta("RobertaForMaskedLM", layers=6),
    "xlm-roberta-base": roberta("XLMRobertaForMaskedLM", "xlm-roberta", vocab=250002, output_past=True),
    "xlm-roberta-large": roberta("XLMRobertaForMaskedLM", "xlm-roberta", vocab=250002, **LARGE),
    "camembert-base": roberta("CamembertForMaskedLM", "camembert", vocab=32005),
    "distilbert-base-uncased": distilbert("DistilBertForMaskedLM"),
    "distilbert-sst2": distilbert("DistilBertForSequenceClassification", finetuning_task="sst-2",
                                  id2label={"0": "NEGATIVE", "1": "POSITIVE"}),
    "distilbert-squad": distilbert("DistilBertForQuestionAnswering"),
    "distilbert-model": distilbert("DistilBertModel", sinusoidal_pos_embds=True),
    "albert-base-v2": albert("AlbertForMaskedLM"),
    "albert-large-v2": albert("AlbertForMaskedLM", hidden_size=1024, num_hidden_layers=24, num_attention_heads=16,
                              intermediate_size=4096),
    "albert-xxlarge-v2": albert("AlbertForMaskedLM", hidden_size=4096, num_attention_heads=64,
                                intermediate_size=16384),
    "albert-model": albert("AlbertModel"),
    "albert-classifier": albert("AlbertForSequenceClassification", id2label={"0": "a", "1": "b"}),
    "albert-pretraining": albert("AlbertForPreTraining"),
    "electra-small-discriminator": electra("ElectraForPreTraining", hidden=256, heads=4, ffn=1024, embedding_size=128),
    "electra-base-discriminator": electra("ElectraForPreTraining"),
    "electra-large-discriminator": electra("ElectraForPreTraining", **LARGE, embedding_size=1024),
    "electra-small-generator": electra("ElectraForMaskedLM", hidden=256, heads=4, ffn=1024, embedding_size=128),
    "electra-model": electra("ElectraModel", hidden=256, heads=4, ffn=1024, embedding_size=128),
    "electra-classifier": electra("ElectraForSequenceClassification"),
    "deberta-base": deberta("DebertaModel", device="cpu"),
    "deberta-base-mnli": deberta("DebertaForSequenceClassification", id2label={"0": "a", "1": "b", "2": "c"}),
    "deberta-base-mlm": deberta("DebertaForMaskedLM"),
    "deberta-v3-small": deberta_v2("DebertaV2Model", layers=6, device="cpu"),
    "deberta-v3-base": deberta_v2("DebertaV2Model"),
    "deberta-v3-large": deberta_v2("DebertaV2Model", **LARGE),
    "deberta-v3-nli": deberta_v2("DebertaV2ForSequenceClassification", id2label={"0": "a", "1": "b", "2": "c"}),
    "deberta-v3-mlm": deberta_v2("DebertaV2ForMaskedLM", device="cpu"),
    "mdeberta-v3-base": deberta_v2("DebertaV2Model", vocab=251000),
    "deberta-v2-xlarge": deberta_v2("DebertaV2Model", hidden=1536, layers=24, heads=24, ffn=6144, conv_act="gelu",
                                    conv_kernel_size=3, attention_head_size=64),
    "mpnet-base": bert("MPNetForMaskedLM", "mpnet", vocab=30527, max_position_embeddings=514,
                       relative_attention_num_buckets=32),
    "mpnet-sentence": bert("MPNetModel", "mpnet", vocab=30527, max_position_embeddings=514,
                           relative_attention_num_buckets=32),
    "nomic-embed-text-v1.5": case("nomic_bert", "NomicBertModel", **RUN, vocab_size=30528, hidden_size=768,
                                  intermediate_size=3072, num_attention_heads=12, num_hidden_layers=12,
                                  max_position_embeddings=2048, type_vocab_size=2, hidden_act="silu"),
    "nomic-bert-2048": case("nomic_bert", "NomicBertForMaskedLM", **RUN, vocab_size=30528, hidden_size=768,
                            intermediate_size=3072, num_attention_heads=12, num_hidden_layers=12),
    "modernbert-base": case(
        "modernbert", "ModernBertForMaskedLM", **RUN, vocab_size=50368, hidden_size=768, intermediate_size=1152,
        num_hidden_layers=22, num_attention_heads=12, hidden_activation="gelu", max_position_embeddings=8192,
        norm_eps=1e-5, norm_bias=False, attention_bias=False, mlp_bias=False, decoder_bias=True,
        classifier_activation="gelu", classifier_bias=False, classifier_pooling="mean", deterministic_flash_attn=False,
        embedding_dropout=0.0, global_attn_every_n_layers=3, global_rope_theta=160000.0, gradient_checkpointing=False,
        layer_norm_eps=1e-5, local_attention=128, local_rope_theta=10000.0, mlp_dropout=0.0,
        position_embedding_type="absolute", reference_compile=None, repad_logits_with_grad=False,
        sparse_pred_ignore_index=-100, sparse_prediction=False, pad_token_id=50283, cls_token_id=50281),
    "modernbert-large": case("modernbert", "ModernBertForMaskedLM", **RUN, hidden_size=1024, intermediate_size=2624,
                             num_hidden_layers=28, num_attention_heads=16),
    "modernbert-classifier": case("modernbert", "ModernBertForSequenceClassification", **RUN,
                                  id2label={"0": "a", "1": "b", "2": "c"}),
}

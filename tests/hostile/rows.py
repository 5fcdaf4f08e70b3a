"""Every threat that a stranger's piece may carry, what we promise, and the tests that hold us to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A threat; `tests` are files and functions below tests/, `why_not` says why there are none."""

    number: int
    threat: str
    promise: str
    tests: tuple[str, ...] = ()
    why_not: str = ""


_GUARDS = "compiler/score/guard/test_guards.py"
_WEIGHTS = "renderers/generators/test_biggan_files.py"
_SOURCE = "dsl/text/test_yaml_reader.py"
_RECORDING = "renderers/sound/stems/test_recording.py"
_PROGRAM = "store/test_sandbox.py"
_GUARD = "watch/test_guard.py"
_TERMINAL = "hostile/test_terminal.py"
_CAMPAIGNS = "hostile/test_campaigns.py::test_damaged_files_are_read_or_refused_by_hundreds"

ROWS = (
    Row(
        1,
        "zip bombs: archives that unpack to gigabytes, lie about their sizes or contain each other",
        "musicvis unpacks a score in memory: at most 64 MiB, 300 to 1 and 512 files; no duplicate names, "
        "encryption, links or nested archives.",
        (f"{_GUARDS}::test_a_hostile_archive_is_refused",),
    ),
    Row(
        2,
        "names in an archive that lead out of it",
        "Nothing of an archive is written to disk, and the score must be one of its files.",
        (
            f"{_GUARDS}::test_a_hostile_archive_is_refused",
            f"{_GUARDS}::test_a_musescore_4_archive_is_read_past_its_excerpts_and_styles",
        ),
    ),
    Row(
        3,
        "XML entities and document types",
        "A document type that declares anything is refused; one that is only named is never fetched.",
        (
            f"{_GUARDS}::test_hostile_xml_is_refused",
            f"{_GUARDS}::test_musicxml_may_name_its_document_type_but_declare_nothing_in_it",
        ),
    ),
    Row(
        4,
        "XML of excessive depth, length or number",
        "At most 64 levels, 500,000 elements, 64 attributes and 1 MiB for each text. A mark that applies "
        "to many staves counts for each.",
        (
            f"{_GUARDS}::test_hostile_xml_is_refused",
            f"{_GUARDS}::test_a_document_of_more_elements_than_any_score_is_refused",
            f"{_GUARDS}::test_dynamics_of_the_whole_system_cannot_multiply_a_small_file",
            f"{_GUARDS}::test_thousands_of_chords_on_one_spot_are_refused",
            f"{_GUARDS}::test_tens_of_thousands_of_notes_in_one_bar_are_refused",
            "hostile/test_time.py::test_a_score_at_its_worst_is_read_in_seconds",
            "hostile/test_time.py::test_musicxml_at_its_worst_is_read_in_seconds",
        ),
    ),
    Row(
        5,
        "damaged scores",
        "A score is read, or refused with its place and a fix. No reader crashes or hangs.",
        (_CAMPAIGNS, "hostile/test_corpus.py::test_inputs_that_once_broke_a_reader_are_read_or_refused"),
    ),
    Row(
        6,
        "strangers' scores that MuseScore plays",
        "MuseScore gets only scores that our own reader accepts.",
        ("hostile/test_media.py::test_a_score_that_musescore_is_to_play_is_read_by_us_first",),
    ),
    Row(
        7,
        "damaged MIDI files",
        "A file is read, with a warning if it is defective, or refused at the byte that is wrong.",
        ("compiler/score/midi/test_read.py::test_a_damaged_file_is_refused_at_its_byte", _CAMPAIGNS),
    ),
    Row(
        8,
        "MIDI files that other readers understand differently",
        "A file that is read without a warning has the notes that mido and pretty_midi count. Impossible "
        "lengths, counts, tempi and ends of notes are skipped with a warning, or refused.",
        (
            "hostile/test_campaigns.py::test_every_midi_file_that_is_read_has_the_notes_that_other_programs_count",
            "compiler/score/midi/test_read.py::test_a_damaged_file_is_refused_at_its_byte",
            "compiler/score/midi/test_read.py::test_more_events_than_any_piece_has_are_refused",
        ),
    ),
    Row(
        9,
        "weights that contain programs, or are not weights",
        "Code in a checkpoint never runs, whatever the environment says. Shapes, types and every value "
        "are checked before use.",
        (
            f"{_WEIGHTS}::test_a_pickle_with_code_is_refused_and_not_run",
            f"{_WEIGHTS}::test_weights_that_do_not_fit_are_refused",
            f"{_WEIGHTS}::test_a_checkpoint_that_unpacks_to_gigabytes_is_refused_unread",
            f"{_WEIGHTS}::test_files_cut_short_or_altered_are_findings_and_never_anything_else",
            f"{_WEIGHTS}::test_other_weights_than_pinned_are_refused_and_the_pinned_ones_load",
        ),
    ),
    Row(
        10,
        "malformed safetensors",
        "A header that does not fit its file is a finding.",
        (f"{_WEIGHTS}::test_broken_safetensors_are_findings",),
    ),
    Row(
        11,
        "arrays that contain programs, or claim terabytes",
        "Arrays are read only from our own store, without pickles and never compressed.",
        (
            "store/values/test_files.py::test_an_array_that_is_not_the_one_in_the_file_is_refused",
            "store/values/test_files.py::test_arrays_that_are_packed_are_refused_so_that_a_small_file_cannot_become_a_large_one",
            "hostile/test_rows.py::test_no_file_of_ours_reads_pickles_or_runs_text",
        ),
    ),
    Row(
        12,
        "YAML bombs, and YAML at its slowest",
        "No anchors, aliases, merge keys or tags; at most 1 MiB, 32 levels, 100,000 values. The slowest "
        "megabyte is checked in seconds.",
        (
            f"{_SOURCE}::test_a_bomb_of_aliases_ends_as_findings",
            f"{_SOURCE}::test_size_has_its_limits",
            "dsl/values/test_nearest.py::test_the_answer_is_that_of_difflib_over_all_names",
            "hostile/test_time.py::test_a_megabyte_at_its_worst_is_checked_in_seconds",
            "compiler/notes/test_casting.py::test_rules_that_would_take_minutes_are_a_finding",
        ),
    ),
    Row(
        13,
        "ambiguous YAML",
        "Words and numbers are those of YAML 1.2. Duplicate keys, leading zeros and numbers that are not "
        "finite are findings with their column.",
        (f"{_SOURCE}::test_what_is_not_of_the_language_is_refused", _CAMPAIGNS),
    ),
    Row(
        14,
        "paths that lead out of the piece",
        "Only plain files inside the piece are opened, without following links, and each name is opened "
        "once. Nothing is written through a link in the piece.",
        (
            "dsl/text/test_files.py::test_names_that_lead_out_of_the_piece_are_refused",
            "dsl/text/test_files.py::test_a_name_that_is_not_plain_is_refused_as_written",
            "dsl/text/test_files.py::test_a_descriptor_stays_with_its_file_when_the_name_moves_on",
            "hostile/test_sweep.py::test_a_link_that_a_piece_brings_along_is_not_written_through",
            "hostile/test_links.py::test_no_command_reads_or_tells_what_a_link_of_a_piece_leads_to",
            "hostile/test_links.py::test_no_command_writes_through_a_link_of_a_piece",
            "dsl/text/test_folders.py::test_a_folder_exchanged_while_it_is_written_to_leads_nowhere",
            "dsl/text/test_folders.py::test_a_file_exchanged_for_a_link_while_it_is_written_is_noticed",
            "dsl/text/test_folders.py::test_a_hard_link_keeps_its_other_name_as_it_was",
            f"{_RECORDING}::test_a_recording_is_not_opened_through_a_link",
            f"{_RECORDING}::test_a_recording_exchanged_between_its_header_and_its_samples_is_refused",
        ),
    ),
    Row(
        15,
        "recordings that name other files",
        "The first bytes decide whether a recording is wav or FLAC; no library guesses.",
        (
            "hostile/test_media.py::test_a_list_of_other_files_is_no_recording",
            "hostile/test_media.py::test_a_list_behind_the_first_bytes_of_a_recording_is_read_by_its_own_format",
            "renderers/sound/space/test_hrtf.py::test_links_and_data_outside_the_file_are_not_followed",
        ),
    ),
    Row(
        16,
        "damaged recordings",
        "A header must fit its file, and every sample must be a finite number.",
        (
            f"{_RECORDING}::test_recordings_with_false_headers_are_refused",
            f"{_RECORDING}::test_a_flac_file_that_was_cut_or_damaged_is_refused",
            f"{_RECORDING}::test_flac_of_any_number_of_channels_is_read",
            _CAMPAIGNS,
        ),
    ),
    Row(
        17,
        "expressions that are programs",
        "No text of a piece is ever evaluated.",
        ("hostile/test_rows.py::test_no_file_of_ours_reads_pickles_or_runs_text",),
        "The language has no expressions: a lane says shapes and numbers.",
    ),
    Row(
        18,
        "films of excessive length or size",
        "Seconds, frames and pixels are counted before memory is allocated for them, and refused on the "
        "manifest's line.",
        (
            "hostile/test_budget.py::test_a_bomb_of_sizes_is_refused_at_its_line_before_it_is_made",
            "compiler/test_compile.py::test_an_error_leaves_no_plan",
            "compiler/test_compile.py::test_too_many_classes_over_too_many_frames_are_refused_before_they_are_made",
        ),
    ),
    Row(
        19,
        "other programs that hang, grow or look around",
        "Another program gets file names of ours, an empty environment, and limits on memory, time, disk "
        "and output. musicvis ends it together with all processes that it started.",
        (
            f"{_PROGRAM}::test_a_program_runs_in_its_folder_with_an_environment_made_from_nothing",
            f"{_PROGRAM}::test_a_program_and_its_children_are_ended_at_the_deadline",
            f"{_PROGRAM}::test_memory_and_the_size_of_files_have_limits",
            f"{_PROGRAM}::test_a_program_that_floods_its_output_or_loops_is_killed",
            f"{_PROGRAM}::test_nothing_can_be_asked_of_the_user_and_a_crash_is_an_exit_code",
        ),
    ),
    Row(
        20,
        "other programs that use the network",
        "Another program has no network, if Linux allows this. It can still read what its user can read, "
        "and a daemon that leaves its session is not ended.",
        (f"{_PROGRAM}::test_a_program_meets_nobody_on_the_network",),
    ),
    Row(
        21,
        "other sites and users that contact the live page's server",
        "The server listens only on this machine. A token that works once gives the cookie that every "
        "route needs. Another host, origin or method is refused before any route. No request names a "
        "path, and no text of a piece becomes HTML.",
        (
            f"{_GUARD}::test_no_route_answers_without_the_cookie_or_to_another_site",
            f"{_GUARD}::test_a_token_is_good_once_and_no_other_token_is",
            f"{_GUARD}::test_yesterdays_token_and_cookie_open_nothing_today",
            f"{_GUARD}::test_a_form_cannot_post",
            f"{_GUARD}::test_a_body_that_is_too_long_is_refused_whatever_its_length_says",
            f"{_GUARD}::test_every_answer_keeps_the_page_to_itself",
            f"{_GUARD}::test_a_websocket_is_closed",
            "watch/test_connections.py::test_a_request_that_does_not_come_is_not_waited_for",
            "watch/test_editing.py::test_only_texts_of_the_piece_are_edited",
            "watch/test_editing.py::test_nothing_is_written_through_a_link",
            "watch/test_editing.py::test_an_editor_is_given_a_file_of_the_piece_and_no_shell",
            "watch/test_serve.py::test_no_path_of_a_request_leads_to_a_file",
            "watch/test_serve.py::test_the_server_listens_on_this_machine_alone",
        ),
    ),
    Row(
        22,
        "a stranger's cache",
        "The cache contains no pickles, and each file is digested when it is read. A cache of another "
        "user, or one that others may write to, is refused.",
        (
            "store/test_store.py::test_a_store_of_somebody_else_is_refused",
            "store/test_store.py::test_a_store_that_others_may_write_to_is_refused",
            "store/test_store.py::test_links_in_place_of_blobs_and_records_are_not_followed",
            "store/test_campaigns.py::test_damage_is_noticed_and_made_good",
            "store/values/test_files.py::test_damaged_bytes_raise_nothing_but_codec_errors",
        ),
    ),
    Row(
        23,
        "text that controls terminals and logs",
        "Everything from a piece is shown as text: no control characters, no direction characters, no "
        "commands of a CI log.",
        (
            "hostile/test_output.py::test_a_command_writes_nothing_but_text",
            "hostile/test_output.py::test_the_words_of_a_score_come_out_as_text",
            "hostile/test_output.py::test_a_line_is_no_command_of_a_log",
            f"{_TERMINAL}::test_the_name_of_a_folder_comes_out_as_text",
            "dsl/findings/test_render.py::test_nothing_of_a_piece_reaches_the_terminal_unescaped",
            "dsl/findings/test_render.py::test_github_gets_workflow_commands_with_its_escapes",
        ),
    ),
    Row(
        24,
        "bad input of every kind",
        "Every command ends with exit code 1 and a finding that says how to fix it, or with 2 and its "
        "usage. The user's files stay unchanged.",
        (
            "hostile/test_sweep.py::test_a_spoilt_piece_ends_every_command_with_findings",
            "hostile/test_sweep.py::test_words_that_cannot_be_followed_are_reported",
        ),
    ),
    Row(
        25,
        "closed or full outputs, and full memory",
        "A command ends with a sentence. A stream that the shell has closed is never confused with "
        "another file.",
        (
            f"{_TERMINAL}::test_a_stream_that_the_shell_has_closed_is_not_written_to",
            f"{_TERMINAL}::test_a_full_device_for_the_output_is_reported",
            f"{_TERMINAL}::test_running_out_of_memory_is_reported_in_a_sentence",
        ),
    ),
    Row(
        26,
        "tables that a spreadsheet computes",
        "No cell of a table begins like a formula.",
        (f"{_TERMINAL}::test_no_cell_of_a_table_is_a_formula",),
    ),
    Row(
        27,
        "servers that lie, stall or redirect",
        "A download has limits of size and slowness, and goes only to web servers.",
        ("cli/test_weights.py::test_a_hostile_server_is_refused",),
    ),
    Row(
        28,
        "repositories that the GitHub action checks",
        "The action runs nothing from the repository, and never takes the name of a piece for an option.",
        (
            "test_ci.py::test_no_step_of_the_action_runs_what_lies_in_the_repository",
            "test_ci.py::test_a_piece_that_begins_like_an_option_is_a_piece",
        ),
    ),
    Row(
        29,
        "files of other users in a temporary folder",
        "The address of a Ray cluster is read only from a file of one's own.",
        ("renderers/crews/test_ray.py::test_a_note_of_somebody_else_or_behind_a_link_is_not_believed",),
    ),
    Row(
        30,
        "pictures and videos that are broken, huge, or links",
        "A picture is a PNG, JPEG, WebP or GIF of at most 40 million pixels and 64 MiB (128 MiB for "
        "training), checked before it is unpacked. Videos use only listed containers and decoders, no "
        "protocols, at most 60 s and 1 GiB. Colour profiles have at most 4 MiB. Links are not followed.",
        (
            "renderers/decoding/test_still.py::test_unusable_pictures_are_reported_and_nothing_else_is_raised",
            "renderers/decoding/test_clips.py::test_a_damaged_video_is_reported_or_decoded_without_other_exceptions",
            "dsl/text/test_video_header.py::test_no_changed_byte_is_a_crash",
            "renderers/training/test_corpus.py::test_a_file_that_cannot_be_used_stops_with_its_name",
            "renderers/training/test_corpus.py::test_links_and_other_kinds_of_files_are_left_out_and_told",
        ),
    ),
    Row(
        31,
        "strangers' models",
        "A model is safetensors and JSON of at most 256 MiB. Names, shapes and finite 32-bit values must "
        "be those that model.json states, and so must the SHA-256. A check reads only model.json.",
        (
            "renderers/training/test_trained_generator.py::test_a_hostile_folder_is_a_finding",
            "renderers/training/test_trained_generator.py::test_no_more_is_read_than_a_model_can_have",
            "dsl/text/test_model_file.py::test_values_that_no_training_writes_are_reported",
            "dsl/text/test_model_file.py::test_a_model_is_not_read_through_a_link",
        ),
    ),
)
